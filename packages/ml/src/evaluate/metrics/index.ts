// Every metric, an entry each.
import { accuracyMetric } from "./accuracy.ts";
import { aucMetric } from "./auc.ts";
import { averagePrecisionMetric } from "./average-precision.ts";
import { eceMetric } from "./ece.ts";
import { f1MacroMetric } from "./f1-macro.ts";
import { logLossMetric } from "./log-loss.ts";
import { maeMetric } from "./mae.ts";
import type { Direction } from "./metric.ts";
import { r2Metric } from "./r2.ts";
import { rmseMetric } from "./rmse.ts";

export interface Metrics {
  readonly auc: typeof aucMetric;
  readonly averagePrecision: typeof averagePrecisionMetric;
  readonly accuracy: typeof accuracyMetric;
  readonly f1Macro: typeof f1MacroMetric;
  readonly logLoss: typeof logLossMetric;
  readonly ece: typeof eceMetric;
  readonly rmse: typeof rmseMetric;
  readonly mae: typeof maeMetric;
  readonly r2: typeof r2Metric;
}

export const metrics: Metrics = {
  auc: aucMetric,
  averagePrecision: averagePrecisionMetric,
  accuracy: accuracyMetric,
  f1Macro: f1MacroMetric,
  logLoss: logLossMetric,
  ece: eceMetric,
  rmse: rmseMetric,
  mae: maeMetric,
  r2: r2Metric,
};

/** The names of the house's metrics; a task may have others. */
export type MetricName = keyof Metrics;

/** Those whose higher, or lower, values are better. */
export type MetricNameOf<D extends Direction> = {
  [N in MetricName]: Metrics[N]["direction"] extends D ? N : never;
}[MetricName];
