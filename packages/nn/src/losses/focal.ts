// The focal loss for rare positives.
import { knownOptions } from "../known-options.ts";
import { add, exp, mul, neg, pow, sub } from "../tensor/elementwise.ts";
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
    // Cross-entropy is -log p.
    const missing = sub(1, exp(neg(entropy)));
    const loss = mul(entropy, pow(missing, gamma));
    if (alpha === undefined) return loss;
    return mul(loss, add(mul(target, 2 * alpha - 1), 1 - alpha));
  });
}
