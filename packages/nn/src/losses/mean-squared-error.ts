// Mean squared error.
import { mul, sub } from "../tensor/elementwise.ts";
import type { Loss } from "./loss.ts";
import { pointwise } from "./loss.ts";

/** Mean of (prediction - target)²; targets have the same shape, or lack axes of size 1 at the end. */
export function meanSquaredError(): Loss {
  return pointwise("meanSquaredError", (prediction, target) => {
    const difference = sub(prediction, target);
    return mul(difference, difference);
  });
}
