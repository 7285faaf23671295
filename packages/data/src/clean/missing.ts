// Turns spellings of a missing value into missing values, and puts rows without a target aside.
import { DataError } from "../errors.ts";
import { type Column, columnOf, isNumeric, type Table, takeRows, withReport } from "../table.ts";
import { type Cleaned, withColumns } from "./cleaned.ts";

export interface MissingReport {
  /** How many values became missing, by column; columns without one are not named. */
  readonly changed: Readonly<Record<string, number>>;
}

export interface MissingOptions {
  /** Spellings in strings, compared without outer space and case. Default: unknown, missing, n/a, na, -, none given. */
  readonly markers?: readonly string[];
  /** Numbers that stand for a missing value, such as -999, by column. */
  readonly numbers?: Readonly<Record<string, readonly number[]>>;
  /** Default: every column of strings. */
  readonly columns?: readonly string[];
}

const defaultMarkers = ["unknown", "missing", "n/a", "na", "-", "none given"];

/** Reading knows the usual spellings; these are a table's own. Throws `unknown-column`, `wrong-column-type`. */
export function normaliseMissing(table: Table, options: MissingOptions = {}): Cleaned<MissingReport> {
  const markers = new Set((options.markers ?? defaultMarkers).map((marker) => marker.trim().toLowerCase()));
  for (const name of [...(options.columns ?? []), ...Object.keys(options.numbers ?? {})]) columnOf(table, name);
  const changed: Record<string, number> = Object.create(null);
  const cleaned = withColumns(table, (column): Column => {
    let count = 0;
    let next: Column = column;
    if (isNumeric(column)) {
      const numbers = new Set(options.numbers?.[column.name] ?? []);
      if (numbers.size === 0) return column;
      const data = column.data.map((value) => (numbers.has(value) ? Number.NaN : value));
      count = column.data.reduce((sum, value) => sum + Number(numbers.has(value)), 0);
      next = { ...column, data };
    } else {
      if (options.numbers?.[column.name] !== undefined)
        throw new DataError(
          "wrong-column-type",
          `column "${column.name}" holds strings, but numbers are given that stand for missing values`,
          "Give its spellings as markers.",
        );
      if (options.columns?.includes(column.name) === false) return column;
      const data = column.data.map((value) => {
        if (value === "" || !markers.has(value.trim().toLowerCase())) return value;
        count++;
        return "";
      });
      next = { ...column, data };
    }
    if (count === 0) return column;
    changed[column.name] = count;
    return next;
  });
  return { table: cleaned, report: { changed } };
}

export interface TargetReport {
  /** Rows put aside because their target is missing, ascending. */
  readonly rows: Int32Array;
}

/** The rows that have a target. Throws `unknown-column`, `target-all-missing`. */
export function withTarget(table: Table, target: string): Cleaned<TargetReport> {
  const { data } = columnOf(table, target);
  const kept: number[] = [];
  const aside: number[] = [];
  for (let row = 0; row < table.rowCount; row++) {
    const value = data[row]!;
    (value === "" || Number.isNaN(value) ? aside : kept).push(row);
  }
  const report = { rows: Int32Array.from(aside) };
  if (aside.length === 0) return { table, report };
  if (kept.length === 0)
    throw new DataError(
      "target-all-missing",
      `the target "${target}" has no value in any of ${table.rowCount} rows`,
      "Give labels, or name another column as the target.",
    );
  const { rejected, unreadable, notes } = table;
  return { table: withReport(takeRows(table, kept), { rejected, unreadable, notes }), report };
}
