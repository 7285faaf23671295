// An experiment as people read it.
import type { Experiment, ExperimentVariant, Interval } from "@lepta/api";
import { formatCount, formatFigure } from "./numbers.ts";
import { textTable } from "./text-table.ts";

const signed = (value: number): string => (value > 0 ? `+${formatFigure(value)}` : formatFigure(value));

function intervalText(interval: Interval | null, figure: (value: number) => string): string {
  if (interval === null) return "";
  const { value, low, high } = interval;
  return low === null || high === null ? figure(value) : `${figure(value)} (${figure(low)} to ${figure(high)})`;
}

/** The experiment's table: both variants' cost with 95 % intervals. */
export function experimentText({ metric, variants }: Experiment): string[] {
  const row = (variant: ExperimentVariant): string[] => [
    variant.name,
    `${variant.model.name} v${variant.model.version}`,
    formatCount(variant.predictions),
    formatCount(variant.feedback),
    intervalText(variant.cost, formatFigure) + (variant.tooFew ? ", too few labels" : ""),
    intervalText(variant.difference, signed),
  ];
  const head = ["variant", "model version", "predictions", "labels", `mean ${metric} (95 %)`, "less the champion's"];
  return textTable([head, ...variants.map(row)]);
}
