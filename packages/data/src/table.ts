// The table: typed columns in memory, and the plain operations on its rows.
import { rowHashesOf, tableHashOf } from "./content-hash.ts";
import { DataError } from "./errors.ts";

export type ColumnType = "number" | "category" | "boolean" | "timestamp" | "text";

/** number, timestamp (milliseconds since 1970, UTC) and boolean (0, 1); a missing value is NaN. */
export interface NumericColumn {
  readonly name: string;
  readonly type: "number" | "boolean" | "timestamp";
  readonly data: Float64Array;
}

/** category and text; a missing value is "". */
export interface StringColumn {
  readonly name: string;
  readonly type: "category" | "text";
  readonly data: readonly string[];
}

export type Column = NumericColumn | StringColumn;

/** A row of the source that is not in the table. */
export interface RejectedRow {
  /** Line of the file where the row begins, from 1; in Parquet the row's number, from 1. */
  readonly line: number;
  readonly reason: string;
  /** The row as it stands in the file, cut at 500 characters. */
  readonly text: string;
}

export interface TableSource {
  /** "" for a table made in memory. */
  readonly path: string;
  readonly format: "csv" | "tsv" | "parquet" | "ndjson" | "memory";
  /** Size of the file as it lies on the disk, in bytes. */
  readonly bytes: number;
}

export interface Table {
  readonly columns: readonly Column[];
  readonly rowCount: number;
  /** One a row: a hash of the row's names and values, so equal rows have equal hashes wherever they stand. */
  readonly rowHashes: readonly string[];
  /** SHA-256 (hex) of the rows as a multiset: the order of rows and of columns does not matter. */
  readonly hash: string;
  readonly rejected: readonly RejectedRow[];
  /** What reading decided and a reader should know, one sentence each. */
  readonly notes: readonly string[];
  readonly source: TableSource;
}

/** A value of a row: a number (timestamps in ms), a string, a boolean, or null where missing. */
export type Value = number | string | boolean | null;

export function isNumeric(column: Column): column is NumericColumn {
  return column.data instanceof Float64Array;
}

/** Builds a table and its hashes. Throws `duplicate-column`, `no-columns`, `invalid-option` (columns of unequal length). */
export function makeTable(
  columns: readonly Column[],
  about: { source?: TableSource; rejected?: readonly RejectedRow[]; notes?: readonly string[] } = {},
): Table {
  const first = columns[0];
  if (first === undefined) throw new DataError("no-columns", "the table has no column", "Give at least one column.");
  const seen = new Set<string>();
  for (const { name, data } of columns) {
    if (seen.has(name))
      throw new DataError("duplicate-column", `two columns are named "${name}"`, "Rename one of the columns.");
    seen.add(name);
    if (data.length !== first.data.length)
      throw new DataError(
        "invalid-option",
        `column "${name}" has ${data.length} values where "${first.name}" has ${first.data.length}`,
        "Give every column the same number of values.",
      );
  }
  const rowHashes = rowHashesOf(columns);
  return {
    columns,
    rowCount: first.data.length,
    rowHashes,
    hash: tableHashOf(columns, rowHashes),
    rejected: about.rejected ?? [],
    notes: about.notes ?? [],
    source: about.source ?? { path: "", format: "memory", bytes: 0 },
  };
}

/** The column of this name. Throws `unknown-column`, naming the nearest. */
export function columnOf(table: Table, name: string): Column {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column !== undefined) return column;
  const names = table.columns.map((candidate) => candidate.name);
  throw new DataError(
    "unknown-column",
    `the table has no column "${name}"; it has ${listNames(names)}`,
    suggestName(name, names),
  );
}

/** The rows at these indices, in this order; an index may come twice. Throws `invalid-option` for one outside the table. */
export function takeRows(table: Table, indices: ArrayLike<number>): Table {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (!Number.isInteger(index) || index < 0 || index >= table.rowCount)
      throw new DataError(
        "invalid-option",
        `row ${index} is outside the table of ${table.rowCount} rows`,
        "Give row numbers from 0 to the table's row count less one.",
      );
  }
  const columns = table.columns.map((column): Column => {
    if (isNumeric(column)) {
      const data = new Float64Array(indices.length);
      for (let i = 0; i < data.length; i++) data[i] = column.data[indices[i]!]!;
      return { ...column, data };
    }
    return { ...column, data: Array.from(indices, (index) => column.data[index]!) };
  });
  const rowHashes = Array.from(indices, (index) => table.rowHashes[index]!);
  return {
    columns,
    rowCount: indices.length,
    rowHashes,
    hash: tableHashOf(columns, rowHashes),
    rejected: [],
    notes: [],
    source: table.source,
  };
}

/** The columns of these names, in this order. Throws `unknown-column`. */
export function takeColumns(table: Table, names: readonly string[]): Table {
  return makeTable(
    names.map((name) => columnOf(table, name)),
    table,
  );
}

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
    const time = Date.parse(value);
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

/** At most twelve names in quotes. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => `"${name}"`);
  return names.length > 12 ? `${shown.join(", ")} and ${names.length - 12} more` : shown.join(", ");
}

/** A fix that names the nearest of the names by edit distance, where one is near. */
export function suggestName(wanted: string, names: readonly string[]): string {
  let best: { name: string; distance: number } | undefined;
  for (const name of names) {
    const distance = editDistance(wanted.toLowerCase(), name.toLowerCase());
    if (best === undefined || distance < best.distance) best = { name, distance };
  }
  if (best === undefined || best.distance > Math.max(2, Math.ceil(wanted.length / 2)))
    return `Use one of ${listNames(names)}.`;
  return `Did you mean "${best.name}"? Use one of ${listNames(names)}.`;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
