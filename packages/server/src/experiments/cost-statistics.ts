// Mean cost with its 95 % interval, and the difference of two means with interval and p-value, from few labels or many.
import type { Interval } from "@lepta/api";
import { type Bounds, boundedDifference, boundedMean, type UnitGroup } from "@lepta/ml";
import jstat from "jstat";

/**
 * Sums over the units of one variant. A unit is what was assigned: a subject with all its labelled predictions, or one
 * prediction that had no subject. Predictions of one subject are not independent, units are.
 */
export interface CostSums {
  /** Number of units. */
  units: number;
  /** Σ n: labelled predictions. */
  count: number;
  /** Σ c: cost, c the sum of a unit's costs. */
  cost: number;
  /** Σ n², Σ n·c, Σ c² over the units. */
  countSquared: number;
  countCost: number;
  costSquared: number;
}

/** What is known of one variant's costs. */
export interface Costs {
  readonly sums: CostSums;
  /** The units by their n and c; undefined where there are more than `mostGroups` different ones. */
  readonly groups: readonly UnitGroup[] | undefined;
  /** What one prediction can cost; undefined where nothing bounds it, as a squared error. */
  readonly bounds: Bounds | undefined;
}

/** Different units up to which intervals are exact; with more, there are so many units that Student's t is near. */
export const mostGroups = 128;

/** Units below which no interval of an unbounded cost keeps its word. */
const unboundedUnits = 30;

export interface Estimate {
  mean: number;
  /** Squared standard error of the mean. */
  variance: number;
  /** Degrees of freedom of the variance: units - 1. */
  freedom: number;
}

/**
 * The ratio estimator Σc/Σn with its linearised variance, units/(units-1) · Σ(c - mean·n)² / (Σn)² (Cochran 1977,
 * section 6.4). With one prediction a unit it is the plain mean and s²/n.
 * @returns undefined below two units.
 */
export function estimate(sums: CostSums): Estimate | undefined {
  const { units, count, cost } = sums;
  if (units < 2 || count === 0) return undefined;
  const mean = cost / count;
  const residual = sums.costSquared - 2 * mean * sums.countCost + mean * mean * sums.countSquared;
  return { mean, variance: ((units / (units - 1)) * Math.max(0, residual)) / (count * count), freedom: units - 1 };
}

/**
 * Bounded costs: exact (`boundedMean`), or Student's t with one more unit at either bound where the units are many and
 * of many kinds. Unbounded ones: Student's t of the mean's logarithm, for costs are skewed; no bounds below 30 units.
 * @returns null without labels
 */
export function costInterval(costs: Costs, confidence = 0.95): Interval | null {
  const { sums, groups, bounds } = costs;
  if (sums.count === 0) return null;
  const value = sums.cost / sums.count;
  if (bounds === undefined) return unboundedInterval(sums, value, confidence);
  if (groups !== undefined) return boundedMean(groups, bounds, confidence) ?? null;
  const [low, high] = [bounds.low, bounds.high].map((end) => {
    const { mean, variance, freedom } = withOneAt(sums, end);
    const half = quantile(freedom, confidence) * Math.sqrt(variance);
    return end === bounds.low ? Math.max(end, mean - half) : Math.min(end, mean + half);
  }) as [number, number];
  return { value, low, high };
}

function unboundedInterval(sums: CostSums, value: number, confidence: number): Interval {
  const one = estimate(sums);
  if (one === undefined || sums.units < unboundedUnits || one.variance === 0) return { value, low: null, high: null };
  const factor = Math.exp((quantile(one.freedom, confidence) * Math.sqrt(one.variance)) / value);
  return { value, low: value / factor, high: value * factor };
}

/** The estimate with one unit more, of the size of the unit that a prediction drawn at random belongs to. */
function withOneAt(sums: CostSums, end: number): Estimate {
  const n = sums.countSquared / sums.count;
  const c = end * n;
  return estimate({
    units: sums.units + 1,
    count: sums.count + n,
    cost: sums.cost + c,
    countSquared: sums.countSquared + n * n,
    countCost: sums.countCost + n * c,
    costSquared: sums.costSquared + c * c,
  })!;
}

/** `low` and `high` are null where too few labels bound them. */
export interface Difference extends Interval {
  /** Two-sided, of the hypothesis that the means are equal; null where nothing can be said. */
  pValue: number | null;
}

/**
 * challenger - champion: exact for bounded costs (`boundedDifference`), else by Welch's unequal-variance t (Welch 1947),
 * freedom by Welch–Satterthwaite, with one more unit at either bound where there are bounds.
 * Valid for a look at a time fixed beforehand: whoever looks again and again until p is small is fooled more often.
 * @returns null where either has no labels
 */
export function costDifference(champion: Costs, challenger: Costs, confidence = 0.95): Difference | null {
  if (champion.sums.count === 0 || challenger.sums.count === 0) return null;
  const value = challenger.sums.cost / challenger.sums.count - champion.sums.cost / champion.sums.count;
  const { bounds } = champion;
  if (bounds !== undefined && champion.groups !== undefined && challenger.groups !== undefined)
    return boundedDifference(champion.groups, challenger.groups, bounds, confidence) ?? null;
  if (bounds !== undefined) {
    const most = welch(withOneAt(champion.sums, bounds.low), withOneAt(challenger.sums, bounds.high));
    const least = welch(withOneAt(champion.sums, bounds.high), withOneAt(challenger.sums, bounds.low));
    const range = bounds.high - bounds.low;
    const pValue = Math.min(1, 2 * Math.min(least.below, 1 - most.below));
    return {
      value,
      low: Math.max(-range, least.low(confidence)),
      high: Math.min(range, most.high(confidence)),
      pValue,
    };
  }
  const [a, b] = [estimate(champion.sums), estimate(challenger.sums)];
  const few = Math.min(champion.sums.units, challenger.sums.units) < unboundedUnits;
  if (a === undefined || b === undefined || few || a.variance + b.variance === 0)
    return { value, low: null, high: null, pValue: null };
  const { low, high, below } = welch(a, b);
  return { value, low: low(confidence), high: high(confidence), pValue: 2 * Math.min(below, 1 - below) };
}

/** Of b - a: bounds of a two-sided interval, and the probability of a difference of 0 or less. */
function welch(a: Estimate, b: Estimate) {
  const value = b.mean - a.mean;
  const variance = a.variance + b.variance;
  const freedom = variance ** 2 / (a.variance ** 2 / a.freedom + b.variance ** 2 / b.freedom);
  const half = (confidence: number): number => quantile(freedom, confidence) * Math.sqrt(variance);
  return {
    low: (confidence: number) => value - half(confidence),
    high: (confidence: number) => value + half(confidence),
    below: jstat.studentt.cdf(-value / Math.sqrt(variance), freedom),
  };
}

function quantile(freedom: number, confidence: number): number {
  return jstat.studentt.inv(0.5 + confidence / 2, freedom);
}

/**
 * Whether the interval says little: it has no bounds, or is wider than a third of all that a cost can be.
 */
export function tooFew(interval: Interval | null, bounds: Bounds | undefined): boolean {
  if (interval === null || interval.low === null || interval.high === null) return true;
  return bounds !== undefined && interval.high - interval.low > (bounds.high - bounds.low) / 3;
}
