// Dropout (Srivastava et al. 2014) that is reproducible and resumable.
import { NnError } from "../errors.ts";
import { cast, greaterOrEqual, mul } from "../tensor/elementwise.ts";
import { constant } from "../tensor/leaves.ts";
import type { Layer } from "./layer.ts";
import { layer } from "./layer.ts";

/**
 * In training, sets each element to zero with probability `rate` and scales the others by 1/(1 - rate);
 * otherwise the identity. Random bits come from the training loop, as a function of the seed and the step:
 * the same seed gives the same curve, and a resumed run goes on with the same masks.
 */
export function dropout(rate: number): Layer {
  if (!(rate >= 0 && rate < 1)) {
    throw new NnError(
      "attribute-invalid",
      `dropout: rate ${rate} is not in [0, 1).`,
      "Use a rate of 0 or more, below 1.",
    );
  }
  return layer({
    name: `dropout(${rate})`,
    init: () => ({}),
    apply(_, x, context) {
      if (!context.training || rate === 0) return x;
      const threshold = constant(Math.round(rate * 2 ** 32 - 2 ** 31), "int32");
      const keep = greaterOrEqual(context.randomBits(x.shape), threshold);
      // A cast and a product: in ONNX Runtime less than half the time of Where.
      return mul(x, mul(cast(keep, x.dtype), 1 / (1 - rate)));
    },
  });
}
