// Intervals of RMSE, MAE and R².
import { type Bounds, type Interval, intervalOf, level, type Sample, tooFew } from "./intervals/interval.ts";
import { factorInterval } from "./intervals/mean-interval.ts";
import { meanEstimate, type Spread, spreadOf } from "./intervals/spread.ts";
import { largest, maeStatistic, r2Statistic, rmseStatistic } from "./regression.ts";

/** Each metric's interval; R² is undefined where the target is constant. */
export function regressionIntervals(
  targets: ArrayLike<number>,
  values: ArrayLike<number>,
  sample: Sample,
): Record<"rmse" | "mae" | "r2", Interval | undefined> {
  const rows = targets.length;
  const rmse = rmseStatistic(targets, values)();
  const mae = maeStatistic(targets, values)();
  const r2 = r2Statistic(targets, values)();
  const unit = largest(rows, (row) => values[row]! - targets[row]!);
  const errors = Float64Array.from({ length: rows }, (_, row) => Math.abs(values[row]! - targets[row]!) / unit);
  const absolute = relativeTo(errors);
  const squared = relativeTo(errors.map((error) => error * error));
  const spread = (influence: Float64Array): Spread => spreadOf(influence, sample.groups);
  const interval = (value: number, influence: Float64Array, ends: (factors: Bounds) => Bounds): Interval => {
    const found = spread(influence);
    if (found.units < 2) return intervalOf(value, tooFew(sample));
    // All but rounding: errors that are all alike tell nothing of others.
    if (rmse === 0 || !(found.variance > 1e-24))
      return intervalOf(value, "the errors do not differ: how far they reach cannot be said");
    const factors = factorInterval(found, level);
    return intervalOf(value, typeof factors === "string" ? factors : ends(factors));
  };
  const varying = deviations(targets);
  return {
    rmse: interval(rmse, squared, ({ low, high }) => ({ low: rmse * Math.sqrt(low), high: rmse * Math.sqrt(high) })),
    mae: interval(mae, absolute, ({ low, high }) => ({ low: mae * low, high: mae * high })),
    r2: Number.isNaN(r2)
      ? undefined
      : interval(
          r2,
          squared.map((each, row) => each - varying[row]!),
          ({ low, high }) => ({ low: 1 - (1 - r2) * high, high: 1 - (1 - r2) * low }),
        ),
  };
}

/** Influences on the logarithm of a mean. */
function relativeTo(values: Float64Array): Float64Array {
  const { value, influence } = meanEstimate(values);
  return value > 0 ? influence.map((each) => each / value) : influence;
}

/** Influences on the logarithm of the target's variance. */
function deviations(targets: ArrayLike<number>): Float64Array {
  const from = targets[0]!;
  const reach = largest(targets.length, (row) => targets[row]! - from);
  const offsets = Float64Array.from({ length: targets.length }, (_, row) => (targets[row]! - from) / reach);
  return relativeTo(meanEstimate(offsets).influence.map((each) => each * each));
}
