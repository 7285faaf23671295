// Divergence of predicted probabilities from given ones.
import type { Tensor } from "../graph/node.ts";
import { log, max, mul, sub } from "../tensor/elementwise.ts";
import { logSoftmax } from "../tensor/normalization.ts";
import type { Loss } from "./loss.ts";
import { checkTarget, likePrediction, sumLast, weightedMean } from "./loss.ts";

/**
 * Mean over the batch of Σ t (log t - log softmax(logits)): soft labels, distillation. Prediction: logits
 * [batch, …, classes]; target: probabilities of the same shape.
 */
export function kullbackLeibler(): Loss {
  return (logits: Tensor, target: Tensor, weight?: Tensor) => {
    checkTarget("kullbackLeibler", logits, target);
    const t = likePrediction(target, logits);
    // t log t is 0 where t is 0.
    const own = log(max(t, 1e-30));
    return weightedMean(sumLast(mul(t, sub(own, logSoftmax(logits)))), weight);
  };
}
