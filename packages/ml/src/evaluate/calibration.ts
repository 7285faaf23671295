// How far probabilities are from observed frequencies: the calibration curve and the expected calibration error.

import { quantileOf } from "@lepta/data";
import { checkLabels, checkProbabilities, checkRows } from "./check-predictions.ts";
import type { Statistic } from "./statistic.ts";

export interface CalibrationOptions {
  /** Number of bins. Default 15. */
  readonly bins?: number;
  /** Edges equally spaced in [0, 1] ("width", default), or at quantiles of the probabilities ("mass"). */
  readonly binning?: "width" | "mass";
}

/** One bin that holds rows, its edges (lower, upper]. */
export interface CalibrationBin {
  readonly lower: number;
  readonly upper: number;
  readonly count: number;
  /** Mean predicted probability of the bin's rows. */
  readonly predicted: number;
  /** Share of the bin's rows that are positive. */
  readonly observed: number;
}

/** Predicted against observed frequency, one point a non-empty bin; `labels` 0 or 1, `scores` probabilities. */
export function calibrationCurve(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: CalibrationOptions = {},
): CalibrationBin[] {
  const { edges, bin } = binRows(labels, scores, options);
  const { count, predicted, observed } = binSums(labels, scores, bin, edges.length - 1);
  const curve: CalibrationBin[] = [];
  for (let i = 0; i < count.length; i++) {
    const rows = count[i]!;
    if (rows === 0) continue;
    const means = { predicted: predicted[i]! / rows, observed: observed[i]! / rows };
    curve.push({ lower: edges[i]!, upper: edges[i + 1]!, count: rows, ...means });
  }
  return curve;
}

/**
 * Expected calibration error: Σ share of a bin · |mean probability − observed frequency| (Naeini 2015).
 * `labels` 0 or 1 against the positive's probability; for more classes pass the top class's probability and
 * whether it was right (Guo et al. 2017). Equal-width bins by default, 15 of them.
 */
export function eceStatistic(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: CalibrationOptions = {},
): Statistic {
  const { edges, bin } = binRows(labels, scores, options);
  return (weights) => {
    const { count, predicted, observed } = binSums(labels, scores, bin, edges.length - 1, weights);
    let gap = 0;
    let total = 0;
    for (let i = 0; i < count.length; i++) {
      gap += Math.abs(predicted[i]! - observed[i]!);
      total += count[i]!;
    }
    return gap / total;
  };
}

/** The bins' signed gaps Σ(probability − outcome) / rows, with their covariance. */
export interface EceBins {
  readonly value: number;
  readonly gaps: Float64Array;
  /** Row-major [bins, bins]. */
  readonly covariance: Float64Array;
  readonly units: number;
}

/**
 * Of the bins that hold rows. A row's outcome varies by at least probability·(1 − probability): few rows that all come
 * out as predicted show less. Rows of one group (small whole numbers) vary together.
 */
export function eceBins(labels: ArrayLike<number>, scores: ArrayLike<number>, groups: Int32Array | undefined): EceBins {
  const { edges, bin } = binRows(labels, scores, {});
  const bins = edges.length - 1;
  const rows = labels.length;
  const gaps = new Float64Array(bins);
  const expected = new Float64Array(bins);
  const found = new Float64Array(bins);
  const fourth = new Float64Array(bins);
  const covariance = new Float64Array(bins * bins);
  for (let row = 0; row < rows; row++) {
    const gap = scores[row]! - labels[row]!;
    const i = bin[row]!;
    gaps[i]! += gap / rows;
    found[i]! += gap * gap;
    fourth[i]! += gap ** 4;
    expected[i]! += scores[row]! * (1 - scores[row]!);
  }
  let units = rows;
  if (groups === undefined) for (let i = 0; i < bins; i++) covariance[i * bins + i] = found[i]!;
  else {
    const byGroup = new Map<number, Float64Array>();
    for (let row = 0; row < rows; row++) {
      let sums = byGroup.get(groups[row]!);
      if (sums === undefined) {
        sums = new Float64Array(bins);
        byGroup.set(groups[row]!, sums);
      }
      sums[bin[row]!]! += scores[row]! - labels[row]!;
    }
    units = byGroup.size;
    for (const sums of byGroup.values())
      for (let i = 0; i < bins; i++)
        for (let j = 0; j < bins && sums[i] !== 0; j++) covariance[i * bins + j]! += sums[i]! * sums[j]!;
  }
  const correction = units / Math.max(1, units - 1);
  for (let i = 0; i < bins; i++)
    for (let j = 0; j < bins; j++)
      covariance[i * bins + j] = correction * (covariance[i * bins + j]! / rows / rows) - (gaps[i]! * gaps[j]!) / units;
  for (let i = 0; i < bins; i++) {
    const evidence = fourth[i]! > 0 ? found[i]! ** 2 / fourth[i]! : 0;
    const least = Math.max(covariance[i * bins + i]!, expected[i]! / rows / rows);
    covariance[i * bins + i] = (evidence * covariance[i * bins + i]! + 4 * least) / (evidence + 4);
  }
  return { value: gaps.reduce((sum, gap) => sum + Math.abs(gap), 0), gaps, covariance, units };
}

function binRows(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: CalibrationOptions,
): { edges: number[]; bin: Int32Array } {
  checkRows(labels, scores.length, "probabilities");
  checkLabels(labels, 2);
  checkProbabilities(scores);
  const { bins = 15, binning = "width" } = options;
  const sorted = binning === "mass" ? Float64Array.from(scores).sort() : undefined;
  const edges = Array.from({ length: bins + 1 }, (_, i) => (sorted ? quantileOf(sorted, i / bins) : i / bins));
  const bin = Int32Array.from({ length: scores.length }, (_, row) => {
    let low = 0;
    let high = bins - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (scores[row]! <= edges[middle + 1]!) high = middle;
      else low = middle + 1;
    }
    return low;
  });
  return { edges, bin };
}

function binSums(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  bin: Int32Array,
  bins: number,
  weights?: Float64Array,
): { count: Float64Array; predicted: Float64Array; observed: Float64Array } {
  const count = new Float64Array(bins);
  const predicted = new Float64Array(bins);
  const observed = new Float64Array(bins);
  for (let row = 0; row < labels.length; row++) {
    const weight = weights === undefined ? 1 : weights[row]!;
    const i = bin[row]!;
    count[i]! += weight;
    predicted[i]! += weight * scores[row]!;
    observed[i]! += weight * labels[row]!;
  }
  return { count, predicted, observed };
}
