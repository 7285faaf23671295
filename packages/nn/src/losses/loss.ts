// What a loss is, and how targets and weights are brought to a prediction's shape.
import type { Tensor } from "../graph/node.ts";
import type { LayerInput, LayerOutput } from "../layers/layer.ts";
import { cast, div, mul } from "../tensor/elementwise.ts";
import { reduceMean, reduceSum } from "../tensor/matrices.ts";
import { unsqueeze } from "../tensor/shaping.ts";

/**
 * A scalar from a prediction [batch, …] and a target, either of which may be several tensors by name. `weight` [batch], when the data have one, weighs the
 * examples: the mean becomes Σ w l / Σ w.
 */
export type Loss<Y extends LayerOutput = Tensor, T extends LayerInput = Tensor> = (
  prediction: Y,
  target: T,
  weight?: Tensor,
) => Tensor;

/** Appends axes of size 1 until the tensor has `rank` axes: one target serves a whole ensemble. */
export function toRank(tensor: Tensor, rank: number): Tensor {
  const missing = rank - tensor.shape.length;
  if (missing <= 0) return tensor;
  return unsqueeze(tensor, ...Array.from({ length: missing }, (_, i) => tensor.shape.length + i));
}

/** The mean of the losses of the examples, weighted when there are weights. */
export function weightedMean(losses: Tensor, weight: Tensor | undefined): Tensor {
  if (weight === undefined) return reduceMean(losses);
  const spread = toRank(cast(weight, losses.dtype), losses.shape.length);
  // Mean over the mean weight, so that weights of fewer axes than the losses count rightly.
  return div(reduceMean(mul(losses, spread)), reduceMean(spread));
}

/** The mean of a function of each prediction and its target; a target with fewer axes serves every entry of further axes. */
export function pointwise(losses: (prediction: Tensor, target: Tensor) => Tensor): Loss {
  return (prediction, target, weight) =>
    weightedMean(losses(prediction, toRank(cast(target, prediction.dtype), prediction.shape.length)), weight);
}

/** Sum along the last axis. */
export function sumLast(tensor: Tensor): Tensor {
  return reduceSum(tensor, tensor.shape.length - 1);
}
