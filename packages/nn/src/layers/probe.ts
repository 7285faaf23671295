// Inputs that stand for a layer's own, to find out the shape of its result.
import type { Shape } from "../shape.ts";
import { input } from "../tensor/leaves.ts";
import type { LayerInput } from "./layer.ts";

/** Float32 inputs of the given shapes. */
export function inputsOfShape(shape: Shape | Readonly<Record<string, Shape>>): LayerInput {
  if (Array.isArray(shape)) return input("x", "float32", shape);
  const named = Object.entries(shape as Readonly<Record<string, Shape>>);
  return Object.fromEntries(named.map(([name, own]) => [name, input(name, "float32", own)] as const));
}
