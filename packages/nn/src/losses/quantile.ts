// The quantile (pinball) loss.
import { NnError } from "../errors.ts";
import { formatShape } from "../shape.ts";
import { max, mul, sub } from "../tensor/elementwise.ts";
import { constant } from "../tensor/leaves.ts";
import type { Loss } from "./loss.ts";
import { checkSingle, checkTarget, likePrediction, pointwise, weightedMean } from "./loss.ts";

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
  if (typeof quantiles === "number") {
    return pointwise("quantile", (prediction, target) => {
      const difference = sub(target, prediction);
      return max(mul(difference, quantiles), mul(difference, quantiles - 1));
    });
  }
  return (prediction, target, weight) => {
    checkSingle("quantile", prediction, target);
    const { shape } = prediction;
    if (shape.at(-1) !== quantiles.length) {
      throw new NnError(
        "shape-mismatch",
        `quantile: the prediction has shape ${formatShape(shape)} for ${quantiles.length} quantiles.`,
        `Let the network give ${quantiles.length} values on its last axis, one a quantile.`,
      );
    }
    checkTarget("quantile", prediction, target, shape.slice(0, -1));
    const q = constant(quantiles, prediction.dtype);
    const difference = sub(likePrediction(target, prediction), prediction);
    return weightedMean(max(mul(difference, q), mul(difference, sub(q, 1))), weight);
  };
}
