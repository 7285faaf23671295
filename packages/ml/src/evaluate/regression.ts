// RMSE, MAE and R² of predicted values.
import { checkFinite, checkRows } from "./check-predictions.ts";
import { meanStatistic } from "./mean-statistic.ts";
import type { Statistic } from "./statistic.ts";

/** Square root of the mean squared error, in the target's unit. */
export function rmseStatistic(targets: ArrayLike<number>, values: ArrayLike<number>): Statistic {
  const mean = squaredError(targets, values);
  return (weights) => Math.sqrt(mean(weights));
}

/** Mean absolute error, in the target's unit. */
export function maeStatistic(targets: ArrayLike<number>, values: ArrayLike<number>): Statistic {
  check(targets, values);
  return meanStatistic(targets.length, (row) => Math.abs(values[row]! - targets[row]!));
}

/** 1 − squared error / squared error of the weighted mean target. NaN when the target is constant. */
export function r2Statistic(targets: ArrayLike<number>, values: ArrayLike<number>): Statistic {
  const error = squaredError(targets, values);
  const meanOf = meanStatistic(targets.length, (row) => targets[row]!);
  return (weights) => {
    const mean = meanOf(weights);
    let sum = 0;
    let total = 0;
    for (let row = 0; row < targets.length; row++) {
      const weight = weights === undefined ? 1 : weights[row]!;
      sum += weight * (targets[row]! - mean) ** 2;
      total += weight;
    }
    return sum > 0 ? 1 - error(weights) / (sum / total) : Number.NaN;
  };
}

function squaredError(targets: ArrayLike<number>, values: ArrayLike<number>): Statistic {
  check(targets, values);
  return meanStatistic(targets.length, (row) => (values[row]! - targets[row]!) ** 2);
}

function check(targets: ArrayLike<number>, values: ArrayLike<number>): void {
  checkRows(targets, values.length, "values");
  checkFinite(targets, "target");
  checkFinite(values, "value");
}
