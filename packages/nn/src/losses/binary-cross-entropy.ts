// Binary cross-entropy from logits.

import type { Tensor } from "../graph/node.ts";
import { knownOptions } from "../known-options.ts";
import { add, mul, neg, softplus, sub } from "../tensor/elementwise.ts";
import { logisticLoss } from "./logistic.ts";
import type { Loss } from "./loss.ts";
import { checkTarget, likePrediction, weightedMean } from "./loss.ts";

export interface BinaryCrossEntropyOptions {
  /** Weight of the positive class against the negative's 1 (default 1), as PyTorch's pos_weight. */
  readonly positiveWeight?: number;
  /** Targets may have fewer axes: one then serves every entry of further axes, as of an ensemble (default false). */
  readonly shared?: boolean;
}

/**
 * Mean of -t log σ(x) - (1 - t) log(1 - σ(x)). Prediction: logits x [batch, …]; target t in [0, 1] of the same
 * shape, which may lack axes of size 1 at the end.
 */
export function binaryCrossEntropy(options: BinaryCrossEntropyOptions = {}): Loss {
  knownOptions<BinaryCrossEntropyOptions>("binaryCrossEntropy", options, { positiveWeight: true, shared: true });
  const positive = options.positiveWeight ?? 1;
  return (logits: Tensor, target: Tensor, weight?: Tensor) => {
    checkTarget("binaryCrossEntropy", logits, target, logits.shape, options.shared);
    const t = likePrediction(target, logits);
    if (positive === 1) return weightedMean(logisticLoss(logits, t), weight);
    // (1 - t) x + (1 + (p - 1) t) softplus(-x)
    const factor = add(mul(t, positive - 1), 1);
    const losses = add(mul(sub(1, t), logits), mul(factor, softplus(neg(logits))));
    return weightedMean(losses, weight);
  };
}
