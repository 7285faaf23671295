// The data that fit takes: whole arrays whose first axis counts examples.
import type { DType, TensorData } from "../dtype.ts";
import { checkTensorData, dtypeOf } from "../dtype.ts";
import { NnError } from "../errors.ts";
import type { Tensor } from "../graph/node.ts";
import type { LayerInput } from "../layers/layer.ts";
import type { Shape } from "../shape.ts";

/** Examples for training or validation; every array has one entry an example on its first axis. */
export interface Examples {
  /** One array, or several by the names that the network takes. */
  readonly inputs: TensorData | Readonly<Record<string, TensorData>>;
  readonly target: TensorData;
  /** Weight of each example, float32 [examples]; handed to the loss. */
  readonly weight?: TensorData;
}

/** Examples with one flat list of named arrays. */
export interface NamedExamples {
  readonly count: number;
  /** "target", "weight" when given, and "input" or "input.NAME". */
  readonly arrays: Readonly<Record<string, TensorData>>;
}

function isData(value: Examples["inputs"]): value is TensorData {
  return "data" in value && "shape" in value && Array.isArray(value.shape);
}

/** Checks and names the arrays; throws `training-data-invalid`. */
export function nameExamples(examples: Examples, where: string): NamedExamples {
  const { inputs, target, weight } = examples;
  const named = isData(inputs)
    ? { input: inputs }
    : Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`input.${name}`, value] as const));
  const arrays: Record<string, TensorData> = { ...named, target, ...(weight === undefined ? {} : { weight }) };
  const count = target.shape[0] ?? 0;
  for (const [name, array] of Object.entries(arrays)) {
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
  return { count, arrays };
}

function invalid(message: string, fix: string): NnError {
  return new NnError("training-data-invalid", message, fix);
}

export interface ArrayType {
  readonly name: string;
  readonly dtype: DType;
  /** Shape of one example. */
  readonly shape: readonly number[];
}

export function typesOf({ arrays }: NamedExamples): readonly ArrayType[] {
  return Object.entries(arrays).map(([name, array]) => ({ name, dtype: dtypeOf(array), shape: array.shape.slice(1) }));
}

/** The network's input from tensors named as the arrays are. */
export function networkInput(tensors: Readonly<Record<string, Tensor>>): LayerInput {
  const single = tensors.input;
  if (single !== undefined) return single;
  const inner = Object.entries(tensors).filter(([name]) => name.startsWith("input."));
  return Object.fromEntries(inner.map(([name, tensor]) => [name.slice("input.".length), tensor] as const));
}

/** The shape that the network's init is given: the batch size is the name "N". */
export function networkInputShape(types: readonly ArrayType[]): Shape | Readonly<Record<string, Shape>> {
  const inner = types.filter(({ name }) => name === "input" || name.startsWith("input."));
  const single = inner.find(({ name }) => name === "input");
  if (single !== undefined) return ["N", ...single.shape];
  return Object.fromEntries(inner.map(({ name, shape }) => [name.slice("input.".length), ["N", ...shape]] as const));
}
