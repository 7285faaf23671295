// Metrics and confusion matrices as people read them.
import type { MetricName } from "@lepta/ml";
import { formatCount, formatFigure } from "./numbers.ts";
import { textTable } from "./text-table.ts";

/** A metric's value with its 95 % interval; where the rows are too few to say there is none, and `reason` says so. */
export interface MetricInterval {
  readonly [name: string]: number | string | null | undefined;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly reason?: string;
}
export type Metrics = Readonly<Partial<Record<MetricName, MetricInterval>>>;

/** The metrics that are there. */
export function measured<T>(metrics: Readonly<Partial<Record<string, T>>>): Record<string, T> {
  return Object.fromEntries(Object.entries(metrics).filter((entry): entry is [string, T] => entry[1] !== undefined));
}

const titles: Readonly<Record<MetricName, string>> = {
  auc: "AUC",
  averagePrecision: "average precision",
  accuracy: "accuracy",
  f1Macro: "F1 (macro)",
  logLoss: "log loss",
  ece: "calibration error",
  rmse: "RMSE",
  mae: "MAE",
  r2: "R²",
};

export const metricNames: readonly MetricName[] = Object.keys(titles) as MetricName[];

export function metricTitle(name: MetricName): string {
  return titles[name];
}

export function intervalText({ value, low, high, reason }: MetricInterval): string {
  const ends =
    low === null || high === null ? `no interval: ${reason}` : `${formatFigure(low)} to ${formatFigure(high)}`;
  return `${formatFigure(value)} (${ends})`;
}

/** One line a metric, one column a model, and last the trivial policy. */
export function metricsText(
  models: Readonly<Record<string, Metrics>>,
  trivial?: { readonly metrics: Readonly<Record<string, number>> },
): string[] {
  const names = metricNames.filter((name) => Object.values(models).some((metrics) => metrics[name] !== undefined));
  const rows = names.map((name) => [
    titles[name],
    ...Object.values(models).map((metrics) => {
      const metric = metrics[name];
      return metric === undefined ? "" : intervalText(metric);
    }),
    ...(trivial === undefined ? [] : [figureText(trivial.metrics[name])]),
  ]);
  return textTable([["", ...Object.keys(models), ...(trivial === undefined ? [] : ["trivial"])], ...rows]);
}

const figureText = (value: number | undefined): string => (value === undefined ? "" : formatFigure(value));

/** Metrics that rows of this kind of task usually have and these do not, with the reason. */
export function absentMetrics(metrics: Metrics, expected: readonly MetricName[]): { metric: string; reason: string }[] {
  return expected.flatMap((name) => {
    if (metrics[name] !== undefined) return [];
    return [
      { metric: name, reason: name === "r2" ? "the target is the same in every row" : "it takes rows of two classes" },
    ];
  });
}

export function absentText(absent: readonly { readonly metric: string; readonly reason: string }[]): string[] {
  return absent.map(({ metric, reason }) => `no ${titles[metric as MetricName]}: ${reason}`);
}

/** @param counts [actual][predicted] */
export function confusionText(labels: readonly string[], counts: readonly (readonly number[])[]): string[] {
  return textTable([
    ["", ...labels.map((label) => `predicted ${label}`)],
    ...counts.map((row, i) => [`actual ${labels[i]}`, ...row.map(formatCount)]),
  ]);
}
