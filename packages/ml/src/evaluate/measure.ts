// Metrics of a view by name: points, or with intervals.
import type { Sample } from "./intervals/interval.ts";
import type { Metric, MetricRecord, MetricValues } from "./metrics/metric.ts";
import type { Statistic } from "./statistic.ts";

/** Metrics bound to their rows; those that are undefined on these rows are left out. */
export function boundMetrics<View>(view: View, metrics: readonly Metric<View>[]): Readonly<Record<string, Statistic>> {
  const bound = metrics.map((metric): [string, Statistic] => [metric.name, metric.statistic(view)]);
  return Object.fromEntries(bound.filter(([, statistic]) => Number.isFinite(statistic())));
}

export function pointsOf<View>(view: View, metrics: readonly Metric<View>[]): MetricValues {
  const points = metrics.map((metric): [string, number] => [metric.name, metric.statistic(view)()]);
  return Object.fromEntries(points.filter(([, value]) => Number.isFinite(value)));
}

export function intervalsOf<View>(view: View, metrics: readonly Metric<View>[], sample: Sample): MetricRecord {
  return Object.fromEntries(
    metrics.flatMap((metric) => {
      const interval = metric.interval(view, sample);
      if (interval === undefined) return [];
      const { name, title, direction, unit } = metric;
      return [[name, { title, direction, unit, ...interval }]];
    }),
  );
}
