// Texts in a graph: joined element by element, split into pieces, encoded by a dictionary, and counted.
import { NnError } from "../errors.ts";
import { apply, applyAll } from "../graph/apply.ts";
import type { Attribute, Tensor } from "../graph/node.ts";
import { cast } from "../graph/operators.ts";

/** `a` followed by `b`, element by element, with broadcasting. */
export function stringConcat(a: Tensor, b: Tensor): Tensor {
  return apply("StringConcat", [a, b]);
}

/**
 * The pieces of each element between the delimiters, which is not "". Shape [..., pieces], as `splitWords`: "" behind the
 * others' last; after `most` splits the rest stays one piece.
 */
export function splitAt(x: Tensor, delimiter: string, most: number): Tensor {
  return applyAll("StringSplit", [x], { delimiter, maxsplit: most }, 2)[0]!;
}

/**
 * How often each run of integers stands in each row of `x` [rows, elements] (int64): float32 [rows, runs.length]. Rows
 * may be of any length. Throws `attribute-invalid` where there is no run or an empty one.
 */
export function countRuns(x: Tensor, runs: readonly (readonly bigint[])[]): Tensor {
  const longest = runs.reduce((most, { length }) => Math.max(most, length), 0);
  if (runs.some(({ length }) => length === 0) || longest === 0)
    throw new NnError("attribute-invalid", "countRuns: a run is empty, or there is none.", "Give runs of one or more.");
  const lengths = Array.from({ length: longest }, (_, i) => i + 1);
  const places = lengths.map((length) => runs.flatMap((run, i) => (run.length === length ? [i] : [])));
  const sizes = places.map((own, i) => own.length * (i + 1));
  return apply("TfIdfVectorizer", [x], {
    mode: "TF",
    min_gram_length: 1,
    max_gram_length: longest,
    max_skip_count: 0,
    ngram_counts: sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0)),
    ngram_indexes: places.flat(),
    pool_int64s: places.flat().flatMap((i) => runs[i]!),
  });
}

/**
 * The words of each element, as ONNX's StringSplit without a delimiter finds them: between runs of spaces, outer ones
 * dropped. Shape [..., pieces]: as many as the element with the most has, "" behind the others' last. After `most`
 * splits the rest stays one piece.
 */
export function splitWords(x: Tensor, most: number): Tensor {
  return applyAll("StringSplit", [x], { delimiter: "", maxsplit: most }, 2)[0]!;
}

export interface LabelEncoderOptions {
  /** Distinct keys: strings for a string tensor, bigints for int64, numbers for float32 or float64. */
  readonly keys: readonly string[] | readonly number[] | readonly bigint[];
  /** One value a key; bigints give int64, numbers the input's float type (float32 for others), strings strings. */
  readonly values: readonly bigint[] | readonly number[] | readonly string[];
  /** The value of every other element, of the values' type. */
  readonly default: bigint | number | string;
}

/**
 * Replaces every element by its key's value. Same shape. Throws `attribute-invalid` on unequal or empty lists.
 * Float keys match by equality; a NaN key matches NaN.
 */
export function labelEncoder(x: Tensor, options: LabelEncoderOptions): Tensor {
  const { keys, values } = options;
  if (keys.length !== values.length || keys.length === 0) {
    throw new NnError(
      "attribute-invalid",
      `labelEncoder: ${keys.length} keys and ${values.length} values.`,
      "Give one value for each key, and at least one.",
    );
  }
  const sample = values[0];
  if (typeof sample !== typeof options.default) {
    throw new NnError(
      "attribute-invalid",
      `labelEncoder: values are of type ${typeof sample}, the default is of type ${typeof options.default}.`,
      "Give a default of the values' type.",
    );
  }
  if (x.dtype === "float64") return throughTensors(x, options);
  return apply("LabelEncoder", [x], {
    ...listed("keys", keys),
    ...listed("values", values),
    ...fallback(options.default),
  });
}

function listed(side: "keys" | "values", items: readonly (string | number | bigint)[]): Record<string, Attribute> {
  const kinds = { string: "strings", bigint: "int64s", number: "floats" } as const;
  const kind = kinds[typeof items[0] as keyof typeof kinds];
  return { [`${side}_${kind}`]: items as readonly string[] };
}

function fallback(value: bigint | number | string): Record<string, Attribute> {
  if (typeof value === "bigint") return { default_int64: Number(value) };
  return typeof value === "number" ? { default_float: value } : { default_string: value };
}

/** float64 keys, which only tensor attributes hold. The runtime has kernels to float64 and to strings. */
function throughTensors(x: Tensor, { keys, values, default: otherwise }: LabelEncoderOptions): Tensor {
  const pack = (items: readonly (string | number | bigint)[]): Attribute =>
    typeof items[0] === "string"
      ? { data: items as readonly string[], shape: [items.length] }
      : { data: Float64Array.from(items as readonly (number | bigint)[], Number), shape: [items.length] };
  const encoded = apply("LabelEncoder", [x], {
    keys_tensor: pack(keys),
    values_tensor: pack(values),
    default_tensor: pack([otherwise]),
  });
  return typeof otherwise === "bigint" ? cast(encoded, "int64") : encoded;
}
