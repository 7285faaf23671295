// Examples as whole arrays, whose first axis counts them.
import type { TensorData } from "../../dtype.ts";
import { checkTensorData, dtypeOf } from "../../dtype.ts";
import { NnError } from "../../errors.ts";
import type { ArrayType } from "../ports.ts";

/** Examples for training or validation; every array has one entry an example on its first axis. */
export interface Examples {
  /** One array, or several by the names that the network takes. */
  readonly inputs: TensorData | Readonly<Record<string, TensorData>>;
  /** One array, or several by the names that the loss takes. */
  readonly target: TensorData | Readonly<Record<string, TensorData>>;
  /** Weight of each example, float32 [examples]; handed to the loss. */
  readonly weight?: TensorData;
}

/** Examples with one flat list of named arrays. */
export interface NamedExamples {
  readonly count: number;
  /** "input" or "input.NAME", "target" or "target.NAME", and "weight" when given. */
  readonly arrays: Readonly<Record<string, TensorData>>;
  /** The arrays' types, in the same order. */
  readonly types: readonly ArrayType[];
}

function isData(value: Examples["inputs"]): value is TensorData {
  return "data" in value && "shape" in value && Array.isArray(value.shape);
}

/** Checks and names the arrays; throws `training-data-invalid`. */
export function nameExamples(examples: Examples, where: string): NamedExamples {
  checkForm(examples, where);
  const { inputs, target, weight } = examples;
  const named = (prefix: string, value: Examples["inputs"]): Record<string, TensorData> =>
    isData(value)
      ? { [prefix]: value }
      : Object.fromEntries(Object.entries(value).map(([name, own]) => [`${prefix}.${name}`, own] as const));
  const targets = named("target", target);
  const first = Object.values(targets)[0];
  if (first === undefined) throw invalid(`${where} has no target.`, "Give at least one target array.");
  const arrays: Record<string, TensorData> = {
    ...named("input", inputs),
    ...targets,
    ...(weight === undefined ? {} : { weight }),
  };
  const count = first.shape[0] ?? 0;
  for (const [name, array] of Object.entries(arrays)) {
    checkArray(array, `${where} ${name}`);
    checkTensorData(array, `${where} ${name}`);
    if (dtypeOf(array) === "string") {
      throw invalid(`${where} ${name} holds strings.`, "Encode strings as numbers before training.");
    }
    if (array.shape[0] !== count) {
      throw invalid(
        `${where} ${name} has ${array.shape[0] ?? 0} examples, the target has ${count}.`,
        "Give every array the same first size.",
      );
    }
  }
  if (count === 0) throw invalid(`${where} has no examples.`, "Give at least one example.");
  const types = Object.entries(arrays).map(([name, array]) => ({
    name,
    dtype: dtypeOf(array),
    shape: array.shape.slice(1),
  }));
  return { count, arrays, types };
}

/** What a type would refuse, for callers without one. */
function checkForm(examples: Examples, where: string): void {
  const fix = "Give { inputs, target }, each one array { data, shape } or several by name.";
  if (typeof examples !== "object" || examples === null) throw invalid(`${where} is ${String(examples)}.`, fix);
  if ("batch" in examples || "batches" in examples)
    throw invalid(`${where} is a source.`, "Give whole arrays here: { inputs, target }.");
  for (const part of ["inputs", "target"] as const) {
    const value: unknown = examples[part];
    if (value === undefined || value === null) throw invalid(`${where} has no ${part}.`, fix);
    if (typeof value !== "object" || Array.isArray(value) || ArrayBuffer.isView(value))
      throw invalid(`The ${part} of ${where} are neither an array { data, shape } nor several by name.`, fix);
  }
}

function checkArray(array: TensorData, what: string): void {
  const { data, shape }: { data?: unknown; shape?: unknown } = array ?? {};
  const isList = Array.isArray(data);
  if (!Array.isArray(shape) || !(isList || ArrayBuffer.isView(data)))
    throw invalid(`${what} is no array { data, shape }.`, "Give a typed array as `data` and its sizes as `shape`.");
  if (isList && data.some((value) => typeof value !== "string"))
    throw invalid(
      `The data of ${what} is a list, not a typed array.`,
      "Give Float32Array.from(list), or BigInt64Array.",
    );
}

export function invalid(message: string, fix: string): NnError {
  return new NnError("training-data-invalid", message, fix);
}
