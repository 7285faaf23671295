// RMSE, MAE and R² of predicted values.
import { checkFinite, checkRows } from "./check-predictions.ts";
import { meanStatistic } from "./mean-statistic.ts";
import type { Statistic } from "./statistic.ts";

/** Square root of the mean squared error, in the target's unit. */
export function rmseStatistic(targets: ArrayLike<number>, values: ArrayLike<number>): Statistic {
  const { mean, unit } = squaredError(targets, values);
  return (weights) => unit * Math.sqrt(mean(weights));
}

/** Mean absolute error, in the target's unit. */
export function maeStatistic(targets: ArrayLike<number>, values: ArrayLike<number>): Statistic {
  check(targets, values);
  return meanStatistic(targets.length, (row) => Math.abs(values[row]! - targets[row]!));
}

/** 1 − squared error / squared error of the weighted mean target. NaN when the target is constant. */
export function r2Statistic(targets: ArrayLike<number>, values: ArrayLike<number>): Statistic {
  const { mean: error, unit } = squaredError(targets, values);
  // From the first target on, in units of the largest distance to it: a sum of milliseconds since 1970 would round away
  // what sets them apart, and squares of very large or very small numbers would overflow or vanish.
  const from = targets[0]!;
  const reach = largest(targets.length, (row) => targets[row]! - from);
  const offsets = Float64Array.from({ length: targets.length }, (_, row) => (targets[row]! - from) / reach);
  const meanOf = meanStatistic(targets.length, (row) => offsets[row]!);
  return (weights) => {
    const mean = meanOf(weights);
    let sum = 0;
    let total = 0;
    for (let row = 0; row < targets.length; row++) {
      const weight = weights === undefined ? 1 : weights[row]!;
      sum += weight * (offsets[row]! - mean) ** 2;
      total += weight;
    }
    return sum > 0 ? 1 - (error(weights) / (sum / total)) * (unit / reach) ** 2 : Number.NaN;
  };
}

/** The mean squared error in squares of `unit`, the largest error: squares of 10^200 are no numbers any more. */
function squaredError(
  targets: ArrayLike<number>,
  values: ArrayLike<number>,
): { readonly mean: Statistic; readonly unit: number } {
  check(targets, values);
  const unit = largest(targets.length, (row) => values[row]! - targets[row]!);
  return { mean: meanStatistic(targets.length, (row) => ((values[row]! - targets[row]!) / unit) ** 2), unit };
}

/** The largest size of a number, 1 where all are 0. */
export function largest(count: number, of: (row: number) => number): number {
  let most = 0;
  for (let row = 0; row < count; row++) most = Math.max(most, Math.abs(of(row)));
  return most === 0 ? 1 : most;
}

function check(targets: ArrayLike<number>, values: ArrayLike<number>): void {
  checkRows(targets, values.length, "values");
  checkFinite(targets, "target");
  checkFinite(values, "value");
}
