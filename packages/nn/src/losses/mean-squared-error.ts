// Mean squared error.
import { mul, sub } from "../tensor/elementwise.ts";
import type { Loss } from "./loss.ts";
import { pointwise } from "./loss.ts";

/** Mean of (prediction - target)²; a target with fewer axes serves every entry of further axes. */
export function meanSquaredError(): Loss {
  return pointwise((prediction, target) => {
    const difference = sub(prediction, target);
    return mul(difference, difference);
  });
}
