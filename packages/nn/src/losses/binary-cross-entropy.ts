// Binary cross-entropy from logits.

import type { Tensor } from "../graph/node.ts";
import { knownOptions } from "../known-options.ts";
import { add, cast, mul, neg, softplus, sub } from "../tensor/elementwise.ts";
import { logisticLoss } from "./logistic.ts";
import type { Loss } from "./loss.ts";
import { toRank, weightedMean } from "./loss.ts";

export interface BinaryCrossEntropyOptions {
  /** Weight of the positive class against the negative's 1 (default 1), as PyTorch's pos_weight. */
  readonly positiveWeight?: number;
}

/**
 * Mean of -t log σ(x) - (1 - t) log(1 - σ(x)). Prediction: logits x [batch, …]; target t in [0, 1] of the same
 * shape, or with fewer axes: one target serves every entry of further axes.
 */
export function binaryCrossEntropy(options: BinaryCrossEntropyOptions = {}): Loss {
  knownOptions<BinaryCrossEntropyOptions>("binaryCrossEntropy", options, { positiveWeight: true });
  const positive = options.positiveWeight ?? 1;
  return (logits: Tensor, target: Tensor, weight?: Tensor) => {
    const t = toRank(cast(target, logits.dtype), logits.shape.length);
    if (positive === 1) return weightedMean(logisticLoss(logits, t), weight);
    // (1 - t) x + (1 + (p - 1) t) softplus(-x)
    const factor = add(mul(t, positive - 1), 1);
    const losses = add(mul(sub(1, t), logits), mul(factor, softplus(neg(logits))));
    return weightedMean(losses, weight);
  };
}
