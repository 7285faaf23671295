// Finds values far outside the rest of a column and clips them (winsorising).
import { DataError } from "../errors.ts";
import { quantileOf, sortedPresent } from "../statistics.ts";
import { type Column, columnOf, isNumeric, type Table } from "../table.ts";
import { type Cleaned, withColumns } from "./cleaned.ts";

export interface Limits {
  readonly low: number;
  readonly high: number;
}

export interface OutlierOptions {
  /** Default: every column of type number. */
  readonly columns?: readonly string[];
  /** Limits lie this many interquartile ranges outside the quartiles (Tukey's fences). Default 3. */
  readonly ranges?: number;
}

export interface OutlierReport {
  /** By column: limits and how many values were below and above them. Columns without one are not named. */
  readonly clipped: Readonly<Record<string, Limits & { readonly below: number; readonly above: number }>>;
}

/**
 * Limits by column, from the rows given: take them from the training part and apply them to every part. A column whose
 * quartiles are equal gets none. Throws `unknown-column`, `wrong-column-type`.
 */
export function outlierLimits(table: Table, options: OutlierOptions = {}): Record<string, Limits> {
  const { ranges = 3 } = options;
  const names = options.columns ?? table.columns.filter(({ type }) => type === "number").map(({ name }) => name);
  const limits: Record<string, Limits> = Object.create(null);
  for (const name of names) {
    const column = columnOf(table, name);
    if (!isNumeric(column))
      throw new DataError("wrong-column-type", `column "${name}" holds strings`, "Name columns of numbers.");
    const sorted = sortedPresent(column.data);
    if (sorted.length === 0) continue;
    const lower = quantileOf(sorted, 0.25);
    const upper = quantileOf(sorted, 0.75);
    const reach = ranges * (upper - lower);
    if (reach > 0) limits[name] = { low: lower - reach, high: upper + reach };
  }
  return limits;
}

/** Clips the values outside the limits to them. */
export function clipOutliers(table: Table, limits: Readonly<Record<string, Limits>>): Cleaned<OutlierReport> {
  const clipped: Record<string, Limits & { below: number; above: number }> = Object.create(null);
  const cleaned = withColumns(table, (column): Column => {
    const limit = limits[column.name];
    if (limit === undefined || !isNumeric(column)) return column;
    let below = 0;
    let above = 0;
    for (const value of column.data) {
      if (value < limit.low) below++;
      if (value > limit.high) above++;
    }
    if (below + above === 0) return column;
    clipped[column.name] = { ...limit, below, above };
    return { ...column, data: column.data.map((value) => Math.min(limit.high, Math.max(limit.low, value))) };
  });
  return { table: cleaned, report: { clipped } };
}
