// What a metric is: an entry that says what it is called, which direction is better, and how it is computed.
import type { Interval, Sample } from "../intervals/interval.ts";
import type { Statistic } from "../statistic.ts";

/** Which values are better. */
export type Direction = "higher" | "lower";

/** What people must know of a metric to read its value; travels with it. */
export type MetricTitle = {
  /** As a column of a table has it, for example "AUC". */
  readonly title: string;
  readonly direction: Direction;
  /** "nats", "of the target", or "" for shares and ratios. */
  readonly unit: string;
};

/**
 * Its methods take views of the kinds of outcome whose tasks list it.
 * @typeParam View what it needs of the predictions, for example a ranking of the rows
 */
export interface Metric<View = unknown, Name extends string = string, D extends Direction = Direction>
  extends MetricTitle {
  /** As JSON, manifests and product files have it. */
  readonly name: Name;
  readonly direction: D;
  /** The whole name, in sentence case. */
  readonly meaning: string;
  /** What rows lack that do not have it. */
  readonly needs: string;
  /** Bound to the rows of a view; NaN where the metric is undefined. */
  statistic(view: View): Statistic;
  /** The value with its 95 % interval over draws of rows or groups; undefined where the metric is. */
  interval(view: View, sample: Sample): Interval | undefined;
}

/** A metric's value with its 95 % interval, and how to read it. Plain JSON. */
export type MeasuredMetric = MetricTitle & Interval;

/** Metrics by name, the deciding one first; those that are undefined on the rows are absent. */
export type MetricRecord = Readonly<Record<string, MeasuredMetric>>;

/** Metrics' values alone. */
export type MetricValues = Readonly<Record<string, number>>;

/** How much better `value` is than `other`; negative where it is worse. */
export function advantage({ direction }: Pick<MetricTitle, "direction">, value: number, other: number): number {
  return direction === "higher" ? value - other : other - value;
}
