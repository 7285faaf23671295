// Metrics and confusion matrices as people read them.
import type { Evaluation, Interval, MeasuredMetric, MetricRecord, Trivial } from "@lepta/ml";
import { formatCount, formatFigure } from "./numbers.ts";
import { textTable } from "./text-table.ts";

export function intervalText({ value, low, high, reason }: Interval): string {
  const ends =
    low === null || high === null ? `no interval: ${reason}` : `${formatFigure(low)} to ${formatFigure(high)}`;
  return `${formatFigure(value)} (${ends})`;
}

/** One line a metric, one column a model, and last the trivial policy. */
export function metricsText(
  models: Readonly<Record<string, MetricRecord>>,
  trivial?: Pick<Trivial, "metrics">,
): string[] {
  const titles = new Map<string, MeasuredMetric>();
  for (const metrics of Object.values(models))
    for (const [name, metric] of Object.entries(metrics)) if (!titles.has(name)) titles.set(name, metric);
  const rows = Array.from(titles, ([name, { title }]) => [
    title,
    ...Object.values(models).map((metrics) => {
      const metric = metrics[name];
      return metric === undefined ? "" : intervalText(metric);
    }),
    ...(trivial === undefined ? [] : [figureText(trivial.metrics[name])]),
  ]);
  return textTable([["", ...Object.keys(models), ...(trivial === undefined ? [] : ["trivial"])], ...rows]);
}

const figureText = (value: number | undefined): string => (value === undefined ? "" : formatFigure(value));

/** Metrics that the rows do not have, with the reason. */
export function absentText(absent: Evaluation["absent"]): string[] {
  return absent.map(({ metric, reason }) => `no ${metric}: ${reason}`);
}

/** @param counts [actual][predicted] */
export function confusionText(labels: readonly string[], counts: readonly (readonly number[])[]): string[] {
  return textTable([
    ["", ...labels.map((label) => `predicted ${label}`)],
    ...counts.map((row, i) => [`actual ${labels[i]}`, ...row.map(formatCount)]),
  ]);
}
