// Two models on the same rows: their figures, and the difference with an interval over draws of those rows.
import { MlError } from "../errors.ts";
import type { TaskPredictions } from "../tasks/predictions.ts";
import { bootstrapDifference, type Difference } from "./bootstrap.ts";
import { bindMetrics, classIndices, type MetricName, positiveIndex, positiveScores } from "./evaluate-predictions.ts";
import { meanStatistic } from "./mean-statistic.ts";
import type { Statistic } from "./statistic.ts";
import { type CostMatrix, meanCost } from "./threshold.ts";

/** What a model is judged by: a metric, or the mean cost a row of its decisions. */
export type Figure = MetricName | { readonly costs: CostMatrix };

/** Predictions, and the probability from which on they decide for the positive class; default: the more probable class. */
export type Decided = TaskPredictions & { readonly threshold?: number };

export interface Beside {
  readonly first: number;
  readonly second: number;
  /** Of the first less the second; null on fewer than 10 rows (or groups), and where no draw changes it. */
  readonly difference: Difference | null;
}

/**
 * Both models' figures on the same rows in the same order, and the paired bootstrap of their difference, 95 %: of rows
 * within their classes, or of whole groups. Undefined where the rows have no such figure. Throws `predictions-invalid`.
 */
export function besideEachOther(
  first: Decided,
  second: Decided,
  figure: Figure,
  { groups, seed }: { readonly groups?: Int32Array | undefined; readonly seed: number },
): Beside | undefined {
  const rows = first.labels.length;
  if (rows !== second.labels.length)
    throw new MlError(
      "predictions-invalid",
      `One model answers ${rows} rows, the other ${second.labels.length}.`,
      "Give both models' predictions of the same rows.",
    );
  if (rows === 0) return undefined;
  const [a, b] = [statisticOf(first, figure), statisticOf(second, figure)];
  if (a === undefined || b === undefined) return undefined;
  const strata = groups === undefined ? bindMetrics(first).strata : undefined;
  const drawn = {
    rows,
    seed,
    ...(groups === undefined ? {} : { groups }),
    ...(strata === undefined ? {} : { strata }),
  };
  const units = groups === undefined ? rows : new Set(groups).size;
  const difference = units < leastUnits ? null : bootstrapDifference(a, b, drawn);
  const varies = difference !== null && difference.high > difference.low;
  return { first: a(), second: b(), difference: varies ? difference : null };
}

/** A resample of fewer says nothing of others. */
const leastUnits = 10;

function statisticOf(predictions: Decided, figure: Figure): Statistic | undefined {
  if (typeof figure === "string") return bindMetrics(predictions).statistics[figure];
  if (predictions.task !== "binary") return undefined;
  const { classes, labels, positive, probabilities, threshold = 0.5 } = predictions;
  const { truth, scores } = positiveScores(
    classIndices(labels, classes),
    probabilities,
    positiveIndex(classes, positive),
  );
  return meanStatistic(truth.length, (row) =>
    meanCost(truth.subarray(row, row + 1), scores.subarray(row, row + 1), threshold, figure.costs),
  );
}
