// The logistic loss of logits, which several losses are made of.
import { unbroadcast } from "../grad/rule.ts";
import { withGradient } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import { abs, log, max, mul, neg, sigmoid, sub } from "../tensor/elementwise.ts";

/**
 * -t log σ(x) - (1 - t) log(1 - σ(x)) of each element, for targets t in [0, 1] of the same shape or one that
 * broadcasts to it. Written as max(x, 0) - t x - log σ(|x|), which is exact to 1e-7 for any x and which ONNX Runtime
 * computes several times faster than softplus; the gradient is σ(x) - t.
 */
export function logisticLoss(logits: Tensor, target: Tensor): Tensor {
  const losses = sub(sub(max(logits, 0), mul(logits, target)), log(sigmoid(abs(logits))));
  return withGradient(losses, [logits, target], (gradient, [x, t]) => [
    mul(gradient, sub(sigmoid(x as Tensor), t as Tensor)),
    unbroadcast(neg(mul(gradient, x as Tensor)), t as Tensor),
  ]);
}
