// Mean cost with its 95 % interval, and the difference of two means with interval and p-value, from sums alone.
import type { Interval } from "@lepta/api";
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

/** Two-sided Student-t interval of the mean. */
export function costInterval(sums: CostSums, confidence = 0.95): Interval | null {
  const one = estimate(sums);
  if (!one) return null;
  const half = quantile(one.freedom, confidence) * Math.sqrt(one.variance);
  return { value: one.mean, low: one.mean - half, high: one.mean + half };
}

export interface Difference extends Interval {
  /** Two-sided, of the hypothesis that the means are equal. */
  pValue: number;
}

/**
 * challenger - champion by Welch's unequal-variance t (Welch 1947), freedom by Welch–Satterthwaite.
 * Valid for a look at a time fixed beforehand: whoever looks again and again until p is small is fooled more often.
 * @returns null when either has fewer than two units; p is 1 or 0 when neither varies.
 */
export function costDifference(champion: CostSums, challenger: CostSums, confidence = 0.95): Difference | null {
  const a = estimate(champion);
  const b = estimate(challenger);
  if (!a || !b) return null;
  const value = b.mean - a.mean;
  const variance = a.variance + b.variance;
  if (variance === 0) return { value, low: value, high: value, pValue: value === 0 ? 1 : 0 };
  const freedom = variance ** 2 / (a.variance ** 2 / a.freedom + b.variance ** 2 / b.freedom);
  const half = quantile(freedom, confidence) * Math.sqrt(variance);
  const t = Math.abs(value) / Math.sqrt(variance);
  return { value, low: value - half, high: value + half, pValue: 2 * jstat.studentt.cdf(-t, freedom) };
}

function quantile(freedom: number, confidence: number): number {
  return jstat.studentt.inv(0.5 + confidence / 2, freedom);
}
