// Mean squared error.
import type { Tensor } from "../graph/node.ts";
import { cast, mul, sub } from "../tensor/elementwise.ts";
import type { Loss } from "./loss.ts";
import { toRank, weightedMean } from "./loss.ts";

/** Mean of (prediction - target)²; a target with fewer axes serves every entry of further axes. */
export function meanSquaredError(): Loss {
  return (prediction: Tensor, target: Tensor, weight?: Tensor) => {
    const difference = sub(prediction, toRank(cast(target, prediction.dtype), prediction.shape.length));
    return weightedMean(mul(difference, difference), weight);
  };
}
