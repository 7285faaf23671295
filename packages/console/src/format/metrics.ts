// What the metrics are called, which way is better, and which one stands for a product.
import type { Interval } from "@lepta/api";

interface MetricName {
  readonly label: string;
  readonly meaning: string;
  readonly better: "higher" | "lower";
}

const names: Record<string, MetricName> = {
  auc: { label: "AUC", meaning: "Area under the ROC curve", better: "higher" },
  averagePrecision: { label: "Average precision", meaning: "Area under precision and recall", better: "higher" },
  accuracy: { label: "Accuracy", meaning: "Share of right answers", better: "higher" },
  f1Macro: { label: "F1, macro", meaning: "F1 averaged over the classes", better: "higher" },
  logLoss: { label: "Log loss", meaning: "Mean negative log likelihood", better: "lower" },
  ece: { label: "Calibration error", meaning: "Expected calibration error", better: "lower" },
  cost: { label: "Cost", meaning: "Mean cost of a decision", better: "lower" },
  rmse: { label: "RMSE", meaning: "Root mean squared error", better: "lower" },
  mae: { label: "MAE", meaning: "Mean absolute error", better: "lower" },
  r2: { label: "R²", meaning: "Share of the variance explained", better: "higher" },
  loss: { label: "Loss", meaning: "What training minimises", better: "lower" },
};

/** A metric of an unknown name is shown as it is called. */
export function metricName(name: string): MetricName {
  const known = names[name];
  if (known) return known;
  const spaced = name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll("_", " ")
    .toLowerCase();
  return {
    label: spaced.charAt(0).toUpperCase() + spaced.slice(1),
    meaning: name,
    better: /loss|error|cost/i.test(name) ? "lower" : "higher",
  };
}

const headlines: Record<string, readonly string[]> = {
  binary: ["auc", "averagePrecision", "accuracy"],
  multiclass: ["f1Macro", "accuracy", "logLoss"],
  regression: ["rmse", "mae", "r2"],
};

/** The one metric that stands for a version in a list. */
export function headlineMetric(
  task: string,
  metrics: Record<string, Interval>,
): { name: string; interval: Interval } | undefined {
  for (const name of [...(headlines[task] ?? []), ...Object.keys(metrics)]) {
    const interval = metrics[name];
    if (interval) return { name, interval };
  }
  return undefined;
}

/** Known metrics in their usual order, then the rest by name. */
export function orderedMetrics(...records: readonly Record<string, unknown>[]): string[] {
  const present = new Set(records.flatMap((record) => Object.keys(record)));
  const known = Object.keys(names).filter((name) => present.has(name));
  return [...known, ...[...present].filter((name) => !known.includes(name)).sort()];
}
