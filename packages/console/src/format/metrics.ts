// Metrics as they say of themselves: which one stands for a version, in which order they are shown.
import type { Metric, MetricTitle } from "@lepta/api";

/** The one metric that stands for a version in a list: the first. */
export function deciding(metrics: Readonly<Record<string, Metric>>): Metric | undefined {
  return Object.values(metrics)[0];
}

/** How to read a metric's value, in a few words. */
export function meaning({ direction, unit }: MetricTitle): string {
  return `${direction} is better${unit === "" ? "" : `; ${unit}`}`;
}

/** The metrics of both, those of the first in its order first. */
export function namesOf(...records: readonly Readonly<Record<string, unknown>>[]): string[] {
  return [...new Set(records.flatMap((record) => Object.keys(record)))];
}
