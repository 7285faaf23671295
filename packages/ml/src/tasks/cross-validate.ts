// K-fold cross-validation: each fold's metrics, their mean and standard deviation.
import { kFold, type Schema, type Table, takeRows } from "@lepta/data";
import { MlError } from "../errors.ts";
import { type PointOptions, pointMetrics } from "../evaluate/evaluate-predictions.ts";
import type { MetricValues } from "../evaluate/metrics/metric.ts";
import type { Predictions } from "../evaluate/predictions.ts";
import type { Task } from "./task.ts";
import { train } from "./train.ts";

/** Mean over folds, and the standard deviation between folds (n − 1 in the denominator; 0 with one fold). */
export interface FoldSummary {
  readonly value: number;
  readonly sd: number;
}

/** Each metric's summary; metrics that no fold has are absent. */
export type MetricSummaries = Readonly<Record<string, FoldSummary>>;

/** Rows of one fold, as indices. */
export interface Fold {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

export interface FoldOptions {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: { readonly fold: number; readonly folds: number; readonly metrics: MetricValues }) => void;
}

export interface CrossValidateOptions extends FoldOptions {
  /** Default 5. */
  readonly folds?: number;
  /** Shuffles the folds and seeds each training. Default 0. */
  readonly seed?: number;
  /** Default as `train` has it. */
  readonly model?: string;
  /** Default as `train` has it. */
  readonly task?: Task;
  /** Threads inside one operator. Default 1. */
  readonly threads?: number;
}

/**
 * Trains on all folds but one and measures on that one, in turn; folds are shuffled, stratified by the target, and
 * keep the schema's groups whole.
 * Everything fitted is fitted in the training folds alone. Throws what `train` and `kFold` throw, and the signal's reason.
 */
export async function crossValidate(
  table: Table,
  schema: Schema,
  options: CrossValidateOptions = {},
): Promise<MetricSummaries> {
  const { folds = 5, seed = 0, task: asked, model, threads, signal } = options;
  const stratify = schema.target?.name;
  if (stratify === undefined)
    throw new MlError("task-unsupported", "The schema has no target.", "Name the column to predict as the target.");
  const parts = kFold(table, {
    k: folds,
    stratify,
    seed,
    ...(schema.group === undefined ? {} : { group: schema.group }),
  });
  const measured = await measureFolds(
    parts,
    async (fold) => {
      const task = await train({
        train: takeRows(table, fold.train),
        schema,
        seed,
        ...(asked === undefined ? {} : { task: asked }),
        ...(model === undefined ? {} : { model }),
        ...(threads === undefined ? {} : { threads }),
        ...(signal === undefined ? {} : { signal }),
      });
      return { ...(await task.predict(takeRows(table, fold.test))), metrics: task.task.metrics };
    },
    options,
  );
  return summarizeFolds(measured);
}

/** Metrics of each fold's test rows, as `trainAndPredict` predicts them. Rejects with the signal's reason. */
export async function measureFolds(
  folds: readonly Fold[],
  trainAndPredict: (fold: Fold, index: number) => Promise<Predictions & PointOptions>,
  options: FoldOptions = {},
): Promise<MetricValues[]> {
  const measured: MetricValues[] = [];
  for (const [index, fold] of folds.entries()) {
    options.signal?.throwIfAborted();
    const metrics = pointMetrics(await trainAndPredict(fold, index));
    measured.push(metrics);
    options.onEvent?.({ fold: index, folds: folds.length, metrics });
  }
  return measured;
}

/** Mean and standard deviation of each metric over the folds that have it. */
export function summarizeFolds(folds: readonly MetricValues[]): MetricSummaries {
  const names = new Set(folds.flatMap((fold) => Object.keys(fold)));
  return Object.fromEntries(
    Array.from(names, (name) => {
      const values = folds.map((fold) => fold[name]).filter((value) => value !== undefined);
      const value = values.reduce((sum, x) => sum + x, 0) / values.length;
      const squares = values.reduce((sum, x) => sum + (x - value) ** 2, 0);
      return [name, { value, sd: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 }];
    }),
  );
}
