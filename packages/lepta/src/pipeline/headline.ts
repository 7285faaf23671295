// The one figure that stands for a run: the deciding metric, of the model that has it best.
import type { Headline } from "@lepta/api";
import { advantage } from "@lepta/ml";
import type { MeasuredModel } from "../learning/learn.ts";

/** null where no model has a metric. */
export function headlineOf(models: readonly Pick<MeasuredModel, "model" | "metrics">[]): Headline | null {
  const deciding = models.flatMap(({ metrics }) => Object.entries(metrics)[0] ?? [])[0];
  if (typeof deciding !== "string") return null;
  const figures = models.flatMap(({ model, metrics }) => {
    const measured = metrics[deciding];
    return measured === undefined ? [] : [{ model, measured }];
  });
  const [best] = figures.sort((a, b) => advantage(a.measured, b.measured.value, a.measured.value));
  if (best === undefined) return null;
  const { value, title, direction, unit } = best.measured;
  return { model: best.model, metric: deciding, value, title, direction, unit };
}
