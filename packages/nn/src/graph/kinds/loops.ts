// Catalogue entries of loops and of ai.onnx.ml.
import type { DType } from "../../dtype.ts";
import { NnError } from "../../errors.ts";
import { formatShape, sameShape } from "../../shape.ts";
import type { Graph, ValueType } from "../node.ts";
import type { Application, OpSpec } from "../spec.ts";
import { intAttribute, required } from "../spec.ts";
import { spec } from "./spec.ts";

export const specialOps: Readonly<Record<string, OpSpec>> = {
  // Loops
  Scan: spec(
    [1, 1024],
    (a) => {
      const body = a.attributes.body;
      if (typeof body !== "object" || !("nodes" in body)) {
        throw new NnError("attribute-invalid", "Scan: it has no body.", "Give it a graph as body.");
      }
      return scanTypes(a, body);
    },
    {
      body: "graph",
      num_scan_inputs: "int",
      scan_input_directions: "ints",
      scan_output_directions: "ints",
    },
  ),
  // ai.onnx.ml
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

/** Loop state keeps its type; each further output of the body is stacked along a new first axis. */
function scanTypes(a: Application, body: Graph): readonly ValueType[] {
  const scanned = intAttribute(a.attributes, "num_scan_inputs", 1);
  const carried = a.inputs.length - scanned;
  const length = required(a, carried).shape[0] ?? 0;
  a.inputs.forEach((_, i) => {
    const outer = required(a, i);
    const inner = body.inputs[i];
    const shape = i < carried ? outer.shape : outer.shape.slice(1);
    if (inner === undefined || inner.dtype !== outer.dtype || !sameShape(inner.shape, shape)) {
      throw new NnError(
        "shape-mismatch",
        `Scan: input ${i} is ${outer.dtype} ${formatShape(outer.shape)}, which the body's input does not fit.`,
        "Give loop state as the body takes it, and scanned inputs with one axis in front.",
      );
    }
  });
  return body.outputs.map(({ tensor: { dtype, shape } }, i) => ({
    dtype,
    shape: i < carried ? shape : [length, ...shape],
  }));
}

function tensorType(data: unknown): DType | undefined {
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Float32Array) return "float32";
  if (data instanceof BigInt64Array) return "int64";
  return Array.isArray(data) ? "string" : undefined;
}
