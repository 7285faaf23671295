// K-fold cross-validation over any trainer: each fold's metrics, their mean and standard deviation.
import { type MetricName, type MetricValues, type Predictions, pointMetrics } from "./evaluate-predictions.ts";

/** Mean over folds, and the standard deviation between folds (n − 1 in the denominator; 0 with one fold). */
export interface FoldSummary {
  readonly value: number;
  readonly sd: number;
}

/** Mean and standard deviation of each metric over the folds that have it. */
export function summarizeFolds(folds: readonly MetricValues[]): Partial<Record<MetricName, FoldSummary>> {
  const names = new Set(folds.flatMap((fold) => Object.keys(fold) as MetricName[]));
  const summary: Partial<Record<MetricName, FoldSummary>> = {};
  for (const name of names) {
    const values = folds.map((fold) => fold[name]).filter((value) => value !== undefined);
    const value = values.reduce((sum, x) => sum + x, 0) / values.length;
    const squares = values.reduce((sum, x) => sum + (x - value) ** 2, 0);
    summary[name] = { value, sd: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 };
  }
  return summary;
}

/** Rows of one fold, as indices. */
export interface Fold {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

export interface CrossValidateOptions {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: { fold: number; folds: number; metrics: MetricValues }) => void;
}

/**
 * Calls `trainAndPredict` for each fold in turn: it fits everything on `fold.train` alone and predicts `fold.test`.
 * Rejects with the signal's reason when aborted.
 */
export async function crossValidate(
  folds: readonly Fold[],
  trainAndPredict: (fold: Fold, index: number) => Promise<Predictions>,
  options: CrossValidateOptions = {},
): Promise<{ summary: Partial<Record<MetricName, FoldSummary>>; folds: MetricValues[] }> {
  const measured: MetricValues[] = [];
  for (const [index, fold] of folds.entries()) {
    options.signal?.throwIfAborted();
    const metrics = pointMetrics(await trainAndPredict(fold, index));
    measured.push(metrics);
    options.onEvent?.({ fold: index, folds: folds.length, metrics });
  }
  return { summary: summarizeFolds(measured), folds: measured };
}
