// Mean absolute error.
import { abs, sub } from "../tensor/elementwise.ts";
import type { Loss } from "./loss.ts";
import { pointwise } from "./loss.ts";

/** Mean of |prediction - target|: fits the median. */
export function meanAbsoluteError(): Loss {
  return pointwise("meanAbsoluteError", (prediction, target) => abs(sub(prediction, target)));
}
