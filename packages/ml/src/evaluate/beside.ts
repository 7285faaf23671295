// Two models on the same rows: their figures, and the difference with an interval over draws of those rows.
import { MlError } from "../errors.ts";
import { bootstrapDifference, type Difference } from "./bootstrap.ts";
import { bindMetrics } from "./evaluate-predictions.ts";
import { kindOf } from "./kinds/index.ts";
import { meanStatistic } from "./mean-statistic.ts";
import type { Metric } from "./metrics/metric.ts";
import type { Predictions } from "./predictions.ts";
import type { Statistic } from "./statistic.ts";

/** What a model is judged by: a metric, or the mean of what each row costs. */
export type Figure = Metric | { readonly rowCosts: (predictions: Predictions) => Float64Array };

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
  first: Predictions,
  second: Predictions,
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
  const strata = groups === undefined ? kindOf(first).strata?.(first) : undefined;
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

function statisticOf(predictions: Predictions, figure: Figure): Statistic | undefined {
  if ("rowCosts" in figure) {
    const costs = figure.rowCosts(predictions);
    return meanStatistic(costs.length, (row) => costs[row]!);
  }
  return bindMetrics({ ...predictions, metrics: [figure] }).statistics[figure.name];
}
