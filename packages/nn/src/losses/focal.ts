// The focal loss for rare positives.
import { knownOptions } from "../known-options.ts";
import { abs, add, exp, log, max, mul, sigmoid, sub } from "../tensor/elementwise.ts";
import { logisticLoss } from "./logistic.ts";
import type { Loss } from "./loss.ts";
import { pointwise } from "./loss.ts";

export interface FocalOptions {
  /** How much less the examples count that are right already (default 2). */
  readonly gamma?: number;
  /** Weight of positives; negatives have 1 - alpha. Undefined weighs none (default 0.25). */
  readonly alpha?: number | undefined;
}

/**
 * Binary cross-entropy times (1 - p)^gamma, p the probability of the right answer (Lin et al. 2017). Prediction:
 * logits; target in {0, 1} of the same shape. As torchvision's sigmoid_focal_loss.
 */
export function focal(options: FocalOptions = {}): Loss {
  knownOptions<FocalOptions>("focal", options, { gamma: true, alpha: true });
  const gamma = options.gamma ?? 2;
  const alpha = "alpha" in options ? options.alpha : 0.25;
  return pointwise("focal", (logits, target) => {
    const entropy = logisticLoss(logits, target);
    // (1 - p)^gamma with 1 - p = σ(-u), as exp(-gamma · log(1 + exp(u))): a power of 0, which has no slope for gamma
    // below 1, does not occur where the prediction is sure.
    const u = mul(logits, sub(mul(target, 2), 1));
    const softplus = sub(max(u, 0), log(sigmoid(abs(u))));
    const loss = mul(entropy, exp(mul(softplus, -gamma)));
    if (alpha === undefined) return loss;
    return mul(loss, add(mul(target, 2 * alpha - 1), 1 - alpha));
  });
}
