// The arrays that a network and its loss take, and the tensors that they give, by name.
import type { DType } from "../dtype.ts";
import type { Tensor } from "../graph/node.ts";
import type { LayerInput, LayerOutput } from "../layers/layer.ts";
import { isTensor } from "../layers/layer.ts";
import type { Shape } from "../shape.ts";

/** An array of examples: "input" or "input.NAME", "target" or "target.NAME", or "weight". */
export interface ArrayType {
  readonly name: string;
  readonly dtype: DType;
  /** Shape of one example. */
  readonly shape: readonly number[];
}

/** What is named "input" (or "target"), or by their own names all that are named "input.NAME". */
export function partOf<V>(all: Readonly<Record<string, V>>, part: "input" | "target"): V | Readonly<Record<string, V>> {
  const single = all[part];
  if (single !== undefined) return single;
  const inner = Object.entries(all).filter(([name]) => name.startsWith(`${part}.`));
  return Object.fromEntries(inner.map(([name, value]) => [name.slice(part.length + 1), value] as const));
}

/** The network's input from tensors named as the arrays are. */
export function networkInput(tensors: Readonly<Record<string, Tensor>>): LayerInput {
  return partOf(tensors, "input");
}

/** A network's results by name: its own names, or `single` where it has one. */
export function namedOutputs(output: LayerOutput, single: string): Readonly<Record<string, Tensor>> {
  return isTensor(output) ? { [single]: output } : output;
}

/** The shape that the network's init is given: the batch size is the name "N". */
export function networkInputShape(types: readonly ArrayType[]): Shape | Readonly<Record<string, Shape>> {
  const inner = types.filter(({ name }) => name === "input" || name.startsWith("input."));
  const single = inner.find(({ name }) => name === "input");
  if (single !== undefined) return ["N", ...single.shape];
  return Object.fromEntries(inner.map(({ name, shape }) => [name.slice("input.".length), ["N", ...shape]] as const));
}
