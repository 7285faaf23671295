// Multiclass cross-entropy from logits.
import type { Tensor } from "../graph/node.ts";
import { add, cast, mul, neg } from "../tensor/elementwise.ts";
import { constant } from "../tensor/leaves.ts";
import { logSoftmax } from "../tensor/matrices.ts";
import { gather, oneHot } from "../tensor/shaping.ts";
import type { Loss } from "./loss.ts";
import { sumLast, toRank, weightedMean } from "./loss.ts";

export interface CrossEntropyOptions {
  /** A weight for each class; the mean is then over weights, as in PyTorch. */
  readonly classWeights?: readonly number[];
  /** Probability spread evenly over all classes (default 0). */
  readonly labelSmoothing?: number;
}

/**
 * Mean of -log softmax(logits)[class]. Prediction: logits [batch, …, classes]; target: int64 classes [batch]
 * (or more axes), one target serving every entry of further axes.
 */
export function crossEntropy(options: CrossEntropyOptions = {}): Loss {
  const smoothing = options.labelSmoothing ?? 0;
  return (logits: Tensor, target: Tensor, weight?: Tensor) => {
    const rank = logits.shape.length;
    const classes = Number(logits.shape[rank - 1]);
    const indices = cast(toRank(target, rank - 1), "int64");
    const hot = oneHot(indices, classes, logits.dtype);
    const wanted = smoothing === 0 ? hot : add(mul(hot, 1 - smoothing), smoothing / classes);
    const losses = neg(sumLast(mul(logSoftmax(logits), wanted)));
    if (options.classWeights === undefined) return weightedMean(losses, weight);
    const classWeight = gather(constant(options.classWeights, logits.dtype), indices);
    const combined =
      weight === undefined ? classWeight : mul(classWeight, toRank(cast(weight, logits.dtype), rank - 1));
    return weightedMean(losses, combined);
  };
}
