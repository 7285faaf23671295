// Intervals of RMSE, MAE and R²: factors of mean squared and absolute errors.
import { type Bounds, type Interval, intervalOf, level, type Sample, tooFew } from "./intervals/interval.ts";
import { factorInterval } from "./intervals/mean-interval.ts";
import { meanEstimate, spreadOf } from "./intervals/spread.ts";
import { largest } from "./regression.ts";
import type { NumberView } from "./views.ts";

/** @param ends of the metric at the bounds of the mean squared error, as factors of it */
export function squaredErrorInterval(
  view: NumberView,
  sample: Sample,
  value: number,
  ends: (value: number, factors: Bounds) => Bounds,
): Interval {
  const errors = absoluteErrors(view);
  const squared = relativeTo(errors.map((error) => error * error));
  return errorInterval({ view, errors, influence: squared }, sample, value, (factors) => ends(value, factors));
}

export function absoluteErrorInterval(view: NumberView, sample: Sample, value: number): Interval {
  const errors = absoluteErrors(view);
  return errorInterval({ view, errors, influence: relativeTo(errors) }, sample, value, ({ low, high }) => ({
    low: value * low,
    high: value * high,
  }));
}

/**
 * Of R², by the ratio of the mean squared error and the target's variance. Where very few rows carry nearly all of both,
 * the ratio hardly varies with them, and says as little as either.
 */
export function determinationInterval(view: NumberView, sample: Sample, value: number): Interval {
  const errors = absoluteErrors(view);
  const varying = deviations(view.targets);
  const squared = relativeTo(errors.map((error) => error * error));
  const alone = factorInterval(spreadOf(squared, unitsOf(view, sample)), level);
  if (typeof alone === "string") return intervalOf(value, alone);
  const influence = squared.map((each, row) => each - varying[row]!);
  return errorInterval({ view, errors, influence }, sample, value, ({ low, high }) => ({
    low: 1 - (1 - value) * high,
    high: 1 - (1 - value) * low,
  }));
}

function errorInterval(
  {
    view,
    errors,
    influence,
  }: { readonly view: NumberView; readonly errors: Float64Array; readonly influence: Float64Array },
  sample: Sample,
  value: number,
  ends: (factors: Bounds) => Bounds,
): Interval {
  const spread = spreadOf(influence, unitsOf(view, sample));
  if (spread.units < 2) return intervalOf(value, tooFew(sample));
  const exact = errors.every((error) => error === 0);
  // All but rounding: errors that are all alike tell nothing of others.
  if (exact || !(spread.variance > 1e-24))
    return intervalOf(value, "the errors do not differ: how far they reach cannot be said");
  const factors = factorInterval(spread, level);
  return intervalOf(value, typeof factors === "string" ? factors : ends(factors));
}

/** What chance draws: the sample's groups, or rows whose several numbers belong together. */
function unitsOf({ targets, width }: NumberView, { groups }: Sample): Int32Array | undefined {
  if (width === 1) return groups;
  return Int32Array.from({ length: targets.length }, (_, i) => {
    const row = Math.floor(i / width);
    return groups === undefined ? row : groups[row]!;
  });
}

/** In units of the largest. */
function absoluteErrors({ targets, values }: NumberView): Float64Array {
  const unit = largest(targets.length, (row) => values[row]! - targets[row]!);
  return Float64Array.from({ length: targets.length }, (_, row) => Math.abs(values[row]! - targets[row]!) / unit);
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
