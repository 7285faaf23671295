// Activation layers, which have no parameters.
import type { Tensor } from "../graph/node.ts";
import * as elementwise from "../tensor/elementwise.ts";
import type { Layer } from "./layer.ts";
import { layer } from "./layer.ts";

/** A layer without parameters from a function of its input. */
export function lambda(name: string, apply: (x: Tensor) => Tensor): Layer {
  return layer({ name, init: () => ({}), apply: (_, x) => apply(x) });
}

/** max(x, 0): of a tensor, or without one as a layer. */
export function relu(): Layer;
export function relu(x: Tensor): Tensor;
export function relu(x?: Tensor): Layer | Tensor {
  return x === undefined ? lambda("relu", elementwise.relu) : elementwise.relu(x);
}

/** x Φ(x), exact: of a tensor, or without one as a layer. */
export function gelu(): Layer;
export function gelu(x: Tensor): Tensor;
export function gelu(x?: Tensor): Layer | Tensor {
  return x === undefined ? lambda("gelu", elementwise.gelu) : elementwise.gelu(x);
}
