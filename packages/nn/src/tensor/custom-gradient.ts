// Values with another gradient than their own.
import { withGradient } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";

/** The same value, through which no gradient flows. */
export function stopGradient(x: Tensor): Tensor {
  return withGradient(x, [], () => []);
}

/**
 * The value of `output` with the gradient of `input`, of the same shape: rounding, a choice or a quantised value
 * that is to be trained through (Bengio et al. 2013).
 */
export function straightThrough(input: Tensor, output: Tensor): Tensor {
  return withGradient(output, [input], (gradient) => [gradient]);
}
