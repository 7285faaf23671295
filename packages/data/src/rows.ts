// A table as row objects, and row objects as a table.
import { DataError } from "./errors.ts";
import { suggestName } from "./names.ts";
import { type Column, type ColumnType, isNumeric, makeTable, type NumericColumn, type Table } from "./table.ts";
import { parseTime } from "./time.ts";

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

/** What a column of a table made from rows is called and holds. */
export interface ColumnSpec {
  readonly name: string;
  readonly type: ColumnType;
}

/**
 * A table from rows: the columns are those of the specification, in its order; a field that a row lacks is missing.
 * Throws `wrong-column-type` where a value does not fit (it names row and column), `unknown-column` for a field that
 * no column has.
 */
export function tableFromRows(
  rows: readonly Readonly<Record<string, Value | undefined>>[],
  specs: readonly ColumnSpec[] | { readonly features: readonly ColumnSpec[] },
): Table {
  const list = "features" in specs ? specs.features : specs;
  const known = new Set(list.map(({ name }) => name));
  rows.forEach((row, i) => {
    for (const name of Object.keys(row)) {
      if (!known.has(name))
        throw new DataError(
          "unknown-column",
          `row ${i} has a field "${name}" that no column has`,
          suggestName(name, [...known]),
          undefined,
          { column: name },
        );
    }
  });
  return makeTable(
    list.map(({ name, type }): Column => {
      if (type === "category" || type === "text")
        return { name, type, data: rows.map((row, i) => toText(fieldOf(row, name), name, i)) };
      return { name, type, data: Float64Array.from(rows, (row, i) => toNumber(fieldOf(row, name), type, name, i)) };
    }),
  );
}

function fieldOf(row: Readonly<Record<string, Value | undefined>>, name: string): Value | undefined {
  return Object.hasOwn(row, name) ? row[name] : undefined;
}

function toText(value: Value | undefined, name: string, row: number): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  return wrongType(value, "a string", name, row);
}

function toNumber(value: Value | undefined, type: NumericColumn["type"], name: string, row: number): number {
  if (value === null || value === undefined) return Number.NaN;
  if (typeof value === "boolean" && type === "boolean") return Number(value);
  if (typeof value === "number") {
    if (type === "boolean" && value !== 0 && value !== 1 && !Number.isNaN(value))
      return wrongType(value, "a boolean", name, row);
    return Number.isFinite(value) || Number.isNaN(value) ? value : wrongType(value, "a finite number", name, row);
  }
  if (typeof value === "string" && type === "timestamp") {
    const time = parseTime(value);
    if (!Number.isNaN(time)) return time;
  }
  return wrongType(value, type === "timestamp" ? "a time in ISO 8601" : `a ${type}`, name, row);
}

function wrongType(value: unknown, wanted: string, name: string, row: number): never {
  throw new DataError(
    "wrong-column-type",
    `row ${row}, column "${name}": ${JSON.stringify(value)} is not ${wanted}`,
    `Give ${wanted}, or null where the value is missing.`,
  );
}
