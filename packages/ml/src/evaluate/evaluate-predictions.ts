// A model's predictions measured: metrics as points or with intervals, of whatever kind of outcome.
import { MlError } from "../errors.ts";
import { kindOf } from "./kinds/index.ts";
import { boundMetrics, intervalsOf, pointsOf } from "./measure.ts";
import type { Metric, MetricRecord, MetricValues } from "./metrics/metric.ts";
import type { Predictions } from "./predictions.ts";
import type { Statistic } from "./statistic.ts";

export interface PointOptions {
  /** Default: those that the kind of outcome usually has. */
  readonly metrics?: readonly Metric[] | undefined;
}

export interface IntervalOptions extends PointOptions {
  /** Small whole numbers from 0 on, one a row: rows of one number (one person's) are drawn by chance together. */
  readonly groups?: Int32Array | undefined;
  /** Of the calibration error's interval, which is simulated. */
  readonly seed: number;
}

/**
 * Metrics of `predictions` with 95 % intervals over draws of rows, or of groups of rows, from where these come from.
 * Two classes: auc, averagePrecision and ece speak of the positive class. More: auc and averagePrecision are macro
 * one-vs-rest, ece is of the most probable class. Series: over all steps; rows are drawn whole. Methods, and how often
 * they hold the truth: docs/decisions/0022. Throws predictions-invalid.
 */
export function evaluatePredictions(predictions: Predictions & IntervalOptions): MetricRecord {
  const { groups, seed } = predictions;
  const kind = kindOf(predictions);
  const rows = rowsIn(predictions);
  if (groups !== undefined && (groups.length !== rows || groups.some((group) => group < 0)))
    throw new MlError(
      "predictions-invalid",
      `There are ${groups.length} groups for ${rows} labels, or a negative one.`,
      "Give each row the number of its group, from 0 on.",
    );
  return intervalsOf(kind.view(predictions), predictions.metrics ?? kind.metrics, { groups, seed });
}

/** The same metrics without intervals. */
export function pointMetrics(predictions: Predictions & PointOptions): MetricValues {
  const kind = kindOf(predictions);
  return pointsOf(kind.view(predictions), predictions.metrics ?? kind.metrics);
}

/** Metrics bound to their rows, weights in the same order; those that are undefined on these rows are left out. */
export function bindMetrics(predictions: Predictions & PointOptions): {
  readonly statistics: Readonly<Record<string, Statistic>>;
  readonly rows: number;
} {
  const kind = kindOf(predictions);
  const statistics = boundMetrics(kind.view(predictions), predictions.metrics ?? kind.metrics);
  return { statistics, rows: rowsIn(predictions) };
}

function rowsIn(predictions: Predictions): number {
  const { length } = predictions.labels;
  return predictions.kind === "series" ? length / predictions.steps : length;
}
