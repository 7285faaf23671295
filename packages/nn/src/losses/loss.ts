// What a loss is, and how targets and weights are brought to a prediction's shape.
import { NnError } from "../errors.ts";
import type { Tensor } from "../graph/node.ts";
import type { LayerInput, LayerOutput } from "../layers/layer.ts";
import { isTensor } from "../layers/layer.ts";
import type { Dim, Shape } from "../shape.ts";
import { formatShape } from "../shape.ts";
import { cast, div, mul } from "../tensor/elementwise.ts";
import { reduceMean, reduceSum } from "../tensor/reductions.ts";
import { squeeze, unsqueeze } from "../tensor/shaping.ts";

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

/** Throws `training-data-invalid` unless prediction and target are one tensor each, not several by name. */
export function checkSingle(loss: string, prediction: LayerOutput, target: LayerInput): void {
  for (const [what, given] of [["prediction", prediction] as const, ["target", target] as const]) {
    if (isTensor(given)) continue;
    throw new NnError(
      "training-data-invalid",
      `${loss}: it takes one tensor as ${what} and was given ${namesOf(given)}.`,
      "For a network with several outputs give each its loss with multiTask, or write a loss that takes them by name.",
    );
  }
}

/** Throws `training-data-invalid` unless the prediction has these outputs. */
export function checkOutputs(loss: string, prediction: LayerOutput, names: readonly string[]): void {
  if (!isTensor(prediction) && names.every((name) => prediction[name] !== undefined)) return;
  throw new NnError(
    "training-data-invalid",
    `${loss}: the network gives ${isTensor(prediction) ? "one output without a name" : namesOf(prediction)}; ` +
      `the loss reads ${names.join(", ")}.`,
    `Let the network return { ${names.join(", ")} }.`,
  );
}

const namesOf = (several: object): string =>
  Object.keys(several).length === 0 ? "none" : `several by name: ${Object.keys(several).slice(0, 20).join(", ")}`;

/**
 * Throws `shape-mismatch` where a target that has the shape `expected`, apart from axes of size 1 at the end, was
 * needed. With `shared` it may also have fewer axes. Names of sizes fit anything: only the running graph knows them.
 */
export function checkTarget(
  loss: string,
  prediction: Tensor,
  target: Tensor,
  expected: Shape = prediction.shape,
  shared = false,
): void {
  checkSingle(loss, prediction, target);
  const given = target.shape;
  const fits = (a: Dim | undefined, b: Dim | undefined): boolean =>
    a === b || typeof a === "string" || typeof b === "string";
  const axes = shared && given.length < expected.length ? given.length : Math.max(given.length, expected.length);
  if (Array.from({ length: axes }, (_, i) => fits(given[i] ?? 1, expected[i] ?? 1)).every(Boolean)) return;
  throw new NnError(
    "shape-mismatch",
    `${loss}: the prediction has shape ${formatShape(prediction.shape)}, the target ${formatShape(given)}.`,
    `Give targets ${formatShape(expected)}, or let the network end in predictions for the targets that there are ` +
      '(for example returns: "last" in a recurrent layer, mean pooling, or another number of outputs).',
  );
}

/** The mean of a function of each prediction and its target of the same shape, which may lack axes of size 1 at the end. */
export function pointwise(name: string, losses: (prediction: Tensor, target: Tensor) => Tensor): Loss {
  return (prediction, target, weight) => {
    checkTarget(name, prediction, target);
    return weightedMean(losses(prediction, likePrediction(target, prediction)), weight);
  };
}

/** The target in the prediction's element type and rank. */
export function likePrediction(target: Tensor, { dtype, shape }: Tensor): Tensor {
  return toRank(cast(withoutTail(target, shape.length), dtype), shape.length);
}

/** The tensor without axes of size 1 behind the first `rank`. */
export function withoutTail(tensor: Tensor, rank: number): Tensor {
  const tail = [...tensor.shape.keys()].slice(rank);
  return tail.length === 0 ? tensor : squeeze(tensor, ...tail);
}

/** Sum along the last axis. */
export function sumLast(tensor: Tensor): Tensor {
  return reduceSum(tensor, tensor.shape.length - 1);
}
