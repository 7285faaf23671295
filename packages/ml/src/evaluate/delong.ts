// DeLong's test: the difference of two correlated AUCs on the same rows, without resampling.
import jstat from "jstat";
import { MlError } from "../errors.ts";
import { rankRows } from "./ranking.ts";

export interface DelongTest {
  readonly a: number;
  readonly b: number;
  /** a − b with its normal interval at `level`. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly standardError: number;
  /** Two-sided; 1 when both rank alike. */
  readonly pValue: number;
}

/**
 * Compares AUCs of scores `a` and `b` for `labels` (0 or 1) (DeLong et al. 1988, by ranks as Sun & Xu 2014).
 * Throws metric-undefined with fewer than two rows of a class.
 */
export function delongTest(
  labels: ArrayLike<number>,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  level = 0.95,
): DelongTest {
  const first = placements(labels, a);
  const second = placements(labels, b);
  const variance =
    differenceVariance(first.positive, second.positive) + differenceVariance(first.negative, second.negative);
  const value = first.auc - second.auc;
  const standardError = Math.sqrt(variance);
  const margin = jstat.normal.inv((1 + level) / 2, 0, 1) * standardError;
  const pValue = standardError === 0 ? 1 : 2 * jstat.normal.cdf(-Math.abs(value / standardError), 0, 1);
  return { a: first.auc, b: second.auc, value, low: value - margin, high: value + margin, standardError, pValue };
}

/** For each positive the share of negatives below it, for each negative the share of positives above it; ties half. */
function placements(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
): { auc: number; positive: Float64Array; negative: Float64Array } {
  const { order, positive, ends } = rankRows(labels, scores);
  const positives = positive.reduce((sum, one) => sum + one, 0);
  const negatives = positive.length - positives;
  if (positives < 2 || negatives < 2) {
    throw new MlError(
      "metric-undefined",
      `DeLong's test needs two rows of each class; there are ${positives} positive and ${negatives} negative.`,
      "Measure on more rows.",
    );
  }
  // Indexed by row, so that two models' placements meet row by row; the other class's rows stay NaN and drop out.
  const upper = new Float64Array(positive.length).fill(Number.NaN);
  const lower = new Float64Array(positive.length).fill(Number.NaN);
  let above = 0;
  let below = negatives;
  let start = 0;
  let wins = 0;
  for (const end of ends) {
    let inGroup = 0;
    for (let rank = start; rank < end; rank++) inGroup += positive[rank]!;
    const others = end - start - inGroup;
    below -= others;
    for (let rank = start; rank < end; rank++) {
      const row = order[rank]!;
      if (positive[rank] === 1) {
        upper[row] = (below + others / 2) / negatives;
        wins += upper[row]!;
      } else lower[row] = (above + inGroup / 2) / positives;
    }
    above += inGroup;
    start = end;
  }
  const keep = (value: number): boolean => !Number.isNaN(value);
  return { auc: wins / positives, positive: upper.filter(keep), negative: lower.filter(keep) };
}

/** Variance of the mean of x − y. */
function differenceVariance(x: Float64Array, y: Float64Array): number {
  const difference = x.map((value, i) => value - y[i]!);
  const mean = difference.reduce((sum, value) => sum + value, 0) / difference.length;
  const squares = difference.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return squares / (difference.length - 1) / difference.length;
}
