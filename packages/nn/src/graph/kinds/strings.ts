// Catalogue entries of texts: joined, split, encoded by a dictionary, and counted.
import type { DType } from "../../dtype.ts";
import { NnError } from "../../errors.ts";
import { formatShape } from "../../shape.ts";
import type { OpSpec } from "../spec.ts";
import { required, takes } from "../spec.ts";
import { elementwise, spec } from "./spec.ts";

export const stringOps: Readonly<Record<string, OpSpec>> = {
  StringConcat: elementwise([2, 2], new Set<DType>(["string"])),
  StringSplit: spec(
    [1, 1],
    (a) => {
      takes(a, new Set<DType>(["string"]));
      const { shape } = required(a, 0);
      return [
        { dtype: "string", shape: [...shape, "pieces"] },
        { dtype: "int64", shape },
      ];
    },
    { delimiter: "string", maxsplit: "int" },
  ),
  /** Counts of runs of elements in each row; a run that is not in the pool counts nowhere. */
  TfIdfVectorizer: spec(
    [1, 1],
    (a) => {
      const { dtype, shape } = required(a, 0);
      const { ngram_indexes: indexes, pool_strings: strings, pool_int64s: integers } = a.attributes;
      const pool = strings !== undefined ? ["string"] : integers !== undefined ? ["int64", "int32"] : [];
      if (!pool.includes(dtype) || (strings !== undefined && integers !== undefined)) {
        throw new NnError(
          "dtype-mismatch",
          `TfIdfVectorizer: its pool is of ${pool.join(" or ") || "nothing"}, its input is ${dtype}.`,
          "Give one pool, of the input's element type.",
        );
      }
      const places = Array.isArray(indexes) ? (indexes as readonly (number | bigint)[]).map(Number) : [];
      if (places.length === 0 || !places.every((place) => Number.isSafeInteger(place) && place >= 0)) {
        throw new NnError(
          "attribute-invalid",
          "TfIdfVectorizer: ngram_indexes are missing or negative.",
          "Give each run of the pool its column, from 0.",
        );
      }
      if (shape.length !== 1 && shape.length !== 2) {
        throw new NnError(
          "shape-mismatch",
          `TfIdfVectorizer: its input is ${formatShape(shape)}.`,
          "Give one row [elements], or rows [rows, elements].",
        );
      }
      const width = 1 + places.reduce((most, place) => Math.max(most, place), 0);
      return [{ dtype: "float32", shape: [...shape.slice(0, -1), width] }];
    },
    {
      max_gram_length: "int",
      max_skip_count: "int",
      min_gram_length: "int",
      mode: "string",
      ngram_counts: "ints",
      ngram_indexes: "ints",
      pool_int64s: "ints",
      pool_strings: "strings",
      weights: "floats",
    },
  ),
  LabelEncoder: spec(
    [1, 1],
    (a) => {
      const { dtype, shape } = required(a, 0);
      const known: Readonly<Record<string, DType>> = { strings: "string", int64s: "int64", floats: "float32" };
      const side = (which: string): DType | undefined => {
        const kind = Object.keys(known).find((name) => a.attributes[`${which}_${name}`] !== undefined);
        if (kind !== undefined) return known[kind];
        const tensor = a.attributes[`${which}_tensor`];
        return typeof tensor === "object" && "data" in tensor ? tensorType(tensor.data) : undefined;
      };
      const key = side("keys");
      const value = side("values");
      if (key === undefined || value === undefined || key !== dtype) {
        throw new NnError(
          "dtype-mismatch",
          `LabelEncoder: keys are ${key ?? "missing"}, values ${value ?? "missing"}, its input ${dtype}.`,
          "Give keys of the input's element type, and values.",
        );
      }
      return [{ dtype: value, shape }];
    },
    {
      keys_strings: "strings",
      keys_int64s: "ints",
      keys_floats: "floats",
      keys_tensor: "tensor",
      values_strings: "strings",
      values_int64s: "ints",
      values_floats: "floats",
      values_tensor: "tensor",
      default_string: "string",
      default_int64: "int",
      default_float: "float",
      default_tensor: "tensor",
    },
    "ai.onnx.ml",
  ),
};

function tensorType(data: unknown): DType | undefined {
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Float32Array) return "float32";
  if (data instanceof BigInt64Array) return "int64";
  return Array.isArray(data) ? "string" : undefined;
}
