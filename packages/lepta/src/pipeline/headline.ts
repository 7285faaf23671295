// The one figure that stands for a run: the first of its task's metrics, of the model that has it best.
import type { Headline } from "@lepta/api";
import { lowerIsBetter } from "@lepta/ml";
import type { Evaluation } from "./evaluation.ts";
import { metricNames } from "./metrics-text.ts";

/** null where no model has a metric. */
export function headlineOf(models: Readonly<Record<string, Pick<Evaluation, "metrics">>>): Headline | null {
  const metric = metricNames.find((name) => Object.values(models).some(({ metrics }) => metrics[name] !== undefined));
  if (metric === undefined) return null;
  const figures = Object.entries(models).flatMap(([model, { metrics }]) => {
    const value = metrics[metric]?.value;
    return value === undefined || !Number.isFinite(value) ? [] : [{ model, metric, value }];
  });
  const sign = lowerIsBetter(metric) ? 1 : -1;
  return figures.sort((a, b) => sign * (a.value - b.value))[0] ?? null;
}
