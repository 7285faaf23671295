// The quantile (pinball) loss.
import { NnError } from "../errors.ts";
import { max, mul, sub } from "../tensor/elementwise.ts";
import { constant } from "../tensor/leaves.ts";
import type { Loss } from "./loss.ts";
import { pointwise } from "./loss.ts";

/**
 * Mean of max(q d, (q - 1) d) with d = target - prediction (Koenker and Bassett 1978): fits the quantile q. Several
 * quantiles take predictions [batch, …, quantiles] in their order and targets without the last axis.
 */
export function quantile(quantiles: number | readonly number[]): Loss {
  const list = typeof quantiles === "number" ? [quantiles] : quantiles;
  const bad = list.find((q) => !(q > 0 && q < 1));
  if (bad !== undefined || list.length === 0) {
    throw new NnError(
      "attribute-invalid",
      `quantile: ${bad ?? "nothing"} is not in (0, 1).`,
      "Give each between 0 and 1.",
    );
  }
  return pointwise((prediction, target) => {
    const q = typeof quantiles === "number" ? quantiles : constant(quantiles, prediction.dtype);
    const difference = sub(target, prediction);
    return max(mul(difference, q), mul(difference, typeof q === "number" ? q - 1 : sub(q, 1)));
  });
}
