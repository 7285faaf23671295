// A run's curves arranged for drawing: one plot per model and quantity, training against validation.
import type { Curve } from "@lepta/api";

export type Part = "train" | "validation";
export interface PlotSeries {
  readonly part: Part;
  /** [step, value], by step. */
  readonly points: readonly (readonly [number, number])[];
  readonly last: number;
  /** The best value and its step; which way is better depends on the quantity. */
  readonly best: readonly [number, number];
}
export interface CurvePlot {
  readonly model: string;
  readonly quantity: string;
  /** As people read it. */
  readonly title: string;
  readonly better: "higher" | "lower";
  readonly series: readonly PlotSeries[];
}

/** `validationLoss` → loss on validation; a bare `auc` is measured on validation, as fit's metrics are. */
export function readCurveName(name: string): { part: Part; quantity: string } {
  const prefixed = /^(?:(validation|valid|val)|training|train)(?:[_./ -]|(?=[A-Z]))(.+)$/.exec(name);
  if (prefixed) {
    const quantity = prefixed[2] as string;
    return {
      part: prefixed[1] ? "validation" : "train",
      quantity: /^[A-Z]{2}/.test(quantity) ? quantity : quantity.charAt(0).toLowerCase() + quantity.slice(1),
    };
  }
  return { part: name.toLowerCase().endsWith("loss") ? "train" : "validation", quantity: name };
}

/** Loss first, then the others by name; models in the order in which they began. */
export function arrangeCurves(curves: readonly Curve[]): CurvePlot[] {
  const plots = new Map<string, { model: string; quantity: string; curves: { part: Part; curve: Curve }[] }>();
  for (const curve of curves) {
    if (curve.points.length === 0) continue;
    const { part, quantity } = readCurveName(curve.name);
    const key = JSON.stringify([curve.stage, curve.model, quantity]);
    const plot = plots.get(key) ?? { model: curve.model, quantity, curves: [] };
    plot.curves.push({ part, curve });
    plots.set(key, plot);
  }
  const models = [...new Set(curves.map((curve) => curve.model))];
  return [...plots.values()]
    .map(({ model, quantity, curves: own }) => {
      // What says nothing of itself is a loss.
      const about = own.map(({ curve }) => curve.metric).find((metric) => metric !== null);
      const better = about?.direction ?? "lower";
      const series = own
        .map(({ part, curve }) => ({
          part,
          points: curve.points,
          last: (curve.points.at(-1) as [number, number])[1],
          best: bestPoint(curve.points, better),
        }))
        .sort((a, b) => a.part.localeCompare(b.part));
      return { model, quantity, title: about?.title ?? spelled(quantity), better, series };
    })
    .sort(
      (a, b) =>
        models.indexOf(a.model) - models.indexOf(b.model) ||
        Number(b.quantity === "loss") - Number(a.quantity === "loss") ||
        a.quantity.localeCompare(b.quantity),
    );
}

/** `pinballLoss` → Pinball loss. */
function spelled(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll("_", " ")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A plot of one step is a lone dot that says less than its figure. */
export function isCurve(plot: CurvePlot): boolean {
  return plot.series.some(({ points }) => new Set(points.map(([step]) => step)).size > 1);
}

function bestPoint(points: readonly [number, number][], better: "higher" | "lower"): [number, number] {
  return points.reduce((best, point) => {
    if (Number.isNaN(best[1])) return point;
    return (better === "higher" ? point[1] > best[1] : point[1] < best[1]) ? point : best;
  });
}

/**
 * Curves of different steps on one axis: sorted steps, and per curve its value at each or null.
 * @returns [steps, ...values], the form that uPlot draws
 */
export function alignPoints(
  series: readonly (readonly (readonly [number, number])[])[],
): [number[], ...(number | null)[][]] {
  const steps = [...new Set(series.flatMap((points) => points.map(([step]) => step)))].sort((a, b) => a - b);
  const place = new Map(steps.map((step, i) => [step, i]));
  const columns = series.map((points) => {
    const column: (number | null)[] = new Array(steps.length).fill(null);
    for (const [step, value] of points) column[place.get(step) as number] = value;
    return column;
  });
  return [steps, ...columns];
}
