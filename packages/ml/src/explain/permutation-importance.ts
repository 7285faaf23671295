// Permutation importance: how much worse a metric gets when one column's values are shuffled over the rows.
import { rng } from "@lepta/nn";
import { type BootstrapOptions, bootstrapIntervals, type ResampledInterval } from "../evaluate/bootstrap.ts";
import type { Statistic } from "../evaluate/statistic.ts";
import { type Columns, rowCount, type Scores, takeColumn } from "./columns.ts";

export interface PermutationImportanceOptions {
  /** Held-out rows: on training rows a column that the model only memorised looks important. */
  readonly columns: Columns;
  readonly scores: Scores;
  /** Binds the metric to scores, for example `(scores) => aucStatistic(labels, scores)`. */
  readonly metric: (scores: ArrayLike<number>) => Statistic;
  /** True for AUC and the like, false for losses. */
  readonly higherIsBetter: boolean;
  /** Shuffles of each column, averaged. Default 5. */
  readonly repeats?: number;
  readonly seed: number;
  /** Classes of the rows, kept in each resample of the interval. */
  readonly strata?: ArrayLike<number>;
  /** Resamples of the interval. Default as in the bootstrap. */
  readonly resamples?: number;
}

export interface Importance extends ResampledInterval {
  readonly name: string;
}

/**
 * Loss of the metric by shuffling each column (Breiman 2001; model-agnostic as Fisher et al. 2019), most important
 * first, with 95 % bootstrap intervals over rows. Columns that say the same share their importance out and can both
 * look unimportant. Throws explain-input-invalid.
 */
export async function permutationImportance(options: PermutationImportanceOptions): Promise<Importance[]> {
  const { columns, scores, metric, seed, repeats = 5 } = options;
  const rows = rowCount(columns);
  const sign = options.higherIsBetter ? 1 : -1;
  const intact = metric(await scores(columns));
  const statistics: Record<string, Statistic> = Object.create(null);
  for (const [name, column] of Object.entries(columns)) {
    const shuffled: Statistic[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const order = rng(seed).fork("permutation", name, repeat).permutation(rows);
      shuffled.push(metric(await scores({ ...columns, [name]: takeColumn(column, order) })));
    }
    statistics[name] = (weights) => {
      const before = intact(weights);
      return (sign * shuffled.reduce((sum, statistic) => sum + (before - statistic(weights)), 0)) / repeats;
    };
  }
  const bootstrap: BootstrapOptions = {
    rows,
    seed,
    ...(options.strata === undefined ? {} : { strata: options.strata }),
    ...(options.resamples === undefined ? {} : { resamples: options.resamples }),
  };
  const intervals = bootstrapIntervals(statistics, bootstrap);
  return Object.entries(intervals)
    .map(([name, interval]) => ({ name, ...interval }))
    .sort((a, b) => b.value - a.value);
}
