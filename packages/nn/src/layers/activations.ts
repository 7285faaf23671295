// Activation layers, which have no parameters. Each is one function: of a tensor, or without one a layer.
import type { Tensor } from "../graph/node.ts";
import * as elementwise from "../tensor/elementwise.ts";
import * as normalization from "../tensor/normalization.ts";
import type { Layer } from "./layer.ts";
import { layer } from "./layer.ts";

/** A layer without parameters from a function of its input. */
export function lambda(name: string, apply: (x: Tensor) => Tensor): Layer {
  return layer({ name, init: () => ({}), apply: (_, x) => apply(x) });
}

/** A function of a tensor that gives a layer when it is called without one. */
export interface Activation {
  (): Layer;
  (x: Tensor): Tensor;
}

function activation(name: string, apply: (x: Tensor) => Tensor): Activation {
  function either(): Layer;
  function either(x: Tensor): Tensor;
  function either(x?: Tensor): Layer | Tensor {
    return x === undefined ? lambda(name, apply) : apply(x);
  }
  return either;
}

/** max(x, 0). */
export const relu: Activation = activation("relu", elementwise.relu);
/** x Φ(x), with the exact error function (Hendrycks and Gimpel 2016). */
export const gelu: Activation = activation("gelu", elementwise.gelu);
/** x σ(x) (Elfwing et al. 2018). */
export const silu: Activation = activation("silu", elementwise.silu);
/** x clip(x/6 + 1/2, 0, 1) (Howard et al. 2019). */
export const hardSwish: Activation = activation("hardSwish", elementwise.hardSwish);
/** x tanh(softplus(x)) (Misra 2019). */
export const mish: Activation = activation("mish", elementwise.mish);
export const sigmoid: Activation = activation("sigmoid", elementwise.sigmoid);
export const tanh: Activation = activation("tanh", elementwise.tanh);
/** log(1 + exp(x)). */
export const softplus: Activation = activation("softplus", elementwise.softplus);

/** x where it is positive, otherwise `slope` x (default 0.01): of a tensor, or without one as a layer. */
export function leakyRelu(slope?: number): Layer;
export function leakyRelu(x: Tensor, slope?: number): Tensor;
export function leakyRelu(x?: Tensor | number, slope?: number): Layer | Tensor {
  if (typeof x === "object") return elementwise.leakyRelu(x, slope);
  return lambda("leakyRelu", (own) => elementwise.leakyRelu(own, x));
}

/** x where it is positive, otherwise alpha (exp(x) - 1), alpha 1 by default: of a tensor, or without one as a layer. */
export function elu(alpha?: number): Layer;
export function elu(x: Tensor, alpha?: number): Tensor;
export function elu(x?: Tensor | number, alpha?: number): Layer | Tensor {
  if (typeof x === "object") return elementwise.elu(x, alpha);
  return lambda("elu", (own) => elementwise.elu(own, x));
}

/** Probabilities along `axis` (default the last): of a tensor, or without one as a layer. */
export function softmax(axis?: number): Layer;
export function softmax(x: Tensor, axis?: number): Tensor;
export function softmax(x?: Tensor | number, axis?: number): Layer | Tensor {
  if (typeof x === "object") return normalization.softmax(x, axis);
  return lambda("softmax", (own) => normalization.softmax(own, x));
}
