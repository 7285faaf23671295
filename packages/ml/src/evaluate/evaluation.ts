// All that is measured of one model on rows that it did not learn from.
import { evaluatePredictions, type IntervalOptions } from "./evaluate-predictions.ts";
import { kindOf } from "./kinds/index.ts";
import type { Constant } from "./kinds/kind.ts";
import type { MetricRecord } from "./metrics/metric.ts";
import type { Predictions } from "./predictions.ts";
import type { CostMatrix } from "./threshold.ts";
import { type Trivial, trivialBeside } from "./trivial.ts";

/** Plain JSON. */
export type Evaluation = {
  readonly metrics: MetricRecord;
  /** Metrics that the rows do not have, by their titles, and why. */
  readonly absent: readonly { readonly metric: string; readonly reason: string }[];
  /** A row is called positive, or flagged, from this score on; null: the more probable class, or no decision. */
  readonly threshold: number | null;
  /** Mean cost a row at the threshold; null without costs. */
  readonly meanCost: number | null;
  /** `counts[i][j]` rows of class `labels[i]` were answered `labels[j]`; null where answers are no classes. */
  readonly confusion: {
    readonly labels: readonly string[];
    readonly counts: readonly (readonly number[])[];
  } | null;
  /** The best answer that looks at no row, on the same rows. */
  readonly trivial: Trivial;
};

export interface EvaluationOptions extends IntervalOptions {
  readonly constant: Constant;
  /** What decisions cost; default null. */
  readonly costs?: { readonly matrix: CostMatrix; readonly ofRows: (predictions: Predictions) => Float64Array } | null;
}

/** Throws predictions-invalid. */
export function evaluationOf(predictions: Predictions, options: EvaluationOptions): Evaluation {
  const { constant, costs = null, ...intervals } = options;
  const kind = kindOf(predictions);
  const wanted = options.metrics ?? kind.metrics;
  const metrics = evaluatePredictions({ ...predictions, ...intervals });
  const { groups } = intervals;
  const confusion = kind.confusion?.(predictions as Parameters<NonNullable<typeof kind.confusion>>[0]);
  return {
    metrics,
    absent: wanted
      .filter(({ name }) => metrics[name] === undefined)
      .map(({ title, needs }) => ({ metric: title, reason: needs })),
    threshold: "threshold" in predictions ? (predictions.threshold ?? null) : null,
    meanCost: costs === null ? null : meanOf(costs.ofRows(predictions)),
    confusion: confusion === undefined ? null : { labels: confusion.classes, counts: confusion.counts },
    trivial: trivialBeside(predictions, constant, { costs: costs?.matrix ?? null, groups, metrics: wanted }),
  };
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
