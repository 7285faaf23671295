// A table as row objects, and row objects as a table.

import type { ColumnType } from "./column-type.ts";
import { DataError } from "./errors.ts";
import { suggestName } from "./names.ts";
import { type ColumnReading, customaryReading } from "./reading/column-reading.ts";
import { cellReader, wantedForm } from "./reading/read-cell.ts";
import { type Column, isNumeric, makeTable, type Table } from "./table.ts";

/** A value of a row: a number (timestamps in ms), a string, a boolean, or null where missing. */
export type Value = number | string | boolean | null;

/** Each row as an object; missing values are null, booleans are true and false, timestamps are ISO 8601 strings. */
export function* rowsOf(table: Table): Generator<Record<string, Value>> {
  for (let i = 0; i < table.rowCount; i++) {
    // Not by assignment: a column may be named "__proto__".
    yield Object.fromEntries(table.columns.map((column) => [column.name, valueAt(column, i)]));
  }
}

/** One value of a column as `rowsOf` gives it. */
export function valueAt(column: Column, index: number): Value {
  if (!isNumeric(column)) return column.data[index] || null;
  const value = column.data[index]!;
  if (Number.isNaN(value)) return null;
  if (column.type === "boolean") return value !== 0;
  return column.type === "timestamp" ? new Date(value).toISOString() : value;
}

/** A value that a row in memory may have beside: a `Date` is a time, a `bigint` keeps its digits as a category. */
export type RawValue = Value | Date | bigint | undefined;

/** What a column of a table made from rows is called and holds. */
export interface ColumnSpec {
  readonly name: string;
  readonly type: ColumnType;
  /** How its values are read. Default: the customary spellings of a missing value, decimal points, ISO 8601. */
  readonly reading?: ColumnReading;
}

/**
 * A table from rows: the columns are those of the specification, in its order; a field that a row lacks is missing.
 * Values are read as a file's are (`readCell`). Throws `wrong-column-type` where one cannot be read (it names row and
 * column), `unknown-column` for a field that no column has; their row numbers count from `first`.
 */
export function tableFromRows(
  rows: readonly Readonly<Record<string, RawValue>>[],
  specs: readonly ColumnSpec[] | { readonly features: readonly ColumnSpec[] },
  first = 0,
): Table {
  const list = "features" in specs ? specs.features : specs;
  const known = new Set(list.map(({ name }) => name));
  rows.forEach((row, i) => {
    for (const name of Object.keys(row)) {
      if (!known.has(name))
        throw new DataError(
          "unknown-column",
          `row ${first + i} has a field "${name}" that no column has`,
          suggestName(name, [...known]),
          undefined,
          { column: name },
        );
    }
  });
  return makeTable(
    list.map(({ name, type, reading = customaryReading(type) }): Column => {
      const read = cellReader(reading);
      const cells = rows.map((row, i) => {
        const value = Object.hasOwn(row, name) ? row[name] : undefined;
        const cell = read(value);
        return cell === undefined ? wrongType(value, wantedForm(reading), name, first + i) : cell;
      });
      if (type === "category" || type === "text")
        return { name, type, reading, data: cells.map((cell) => (cell === null ? "" : String(cell))) };
      return {
        name,
        type,
        reading,
        data: Float64Array.from(cells, (cell) => (cell === null ? Number.NaN : Number(cell))),
      };
    }),
  );
}

function wrongType(value: unknown, wanted: string, name: string, row: number): never {
  const shown = typeof value === "bigint" || typeof value === "number" ? String(value) : JSON.stringify(value);
  throw new DataError(
    "wrong-column-type",
    `row ${row}, column "${name}": ${shown} is not ${wanted}`,
    `Give ${wanted}, or null where the value is missing.`,
  );
}
