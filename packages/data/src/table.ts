// The table: typed columns in memory, and the plain operations on its rows and columns.
import { DataError } from "./errors.ts";
import { type KnownRows, knownRows, takenRows } from "./known-rows.ts";
import { Lazy } from "./lazy.ts";
import { listNames, suggestName } from "./names.ts";
import type { ColumnReading } from "./reading/column-reading.ts";
import { composed, lengthOf, type Rows, viewOf } from "./view-column.ts";

/** number, timestamp (milliseconds since 1970, UTC) and boolean (0, 1); a missing value is NaN. */
export interface NumericColumn {
  readonly name: string;
  readonly type: "number" | "boolean" | "timestamp";
  readonly data: Float64Array;
  /** How its values were read; absent where they never were text. */
  readonly reading?: ColumnReading;
}

/** category and text; a missing value is "". */
export interface StringColumn {
  readonly name: string;
  readonly type: "category" | "text";
  readonly data: readonly string[];
  /** How its values were read; absent where they stood in memory. */
  readonly reading?: ColumnReading;
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

/** Cells of a column that were there and could not be read: they count as missing. */
export interface UnreadableCells {
  readonly column: string;
  readonly count: number;
  /** The form that was wanted: "a number". */
  readonly wanted: string;
  /** The first few, with their lines. */
  readonly cells: readonly { readonly line: number; readonly text: string }[];
}

export interface TableSource {
  /** "" for a table made in memory. */
  readonly path: string;
  readonly format: "csv" | "tsv" | "parquet" | "ndjson" | "memory";
  /** Size of the file as it lies on the disk, in bytes. */
  readonly bytes: number;
}

/**
 * Columns of one length. Their values are shared by the tables that are made of them (`takeRows`, `takeColumns`), so they
 * are not to be written to; hashes and keys are computed when they are first asked for.
 */
export interface Table {
  readonly columns: readonly Column[];
  readonly rowCount: number;
  /** One a row: a hash of the row's names and values, so equal rows have equal hashes wherever they stand. */
  readonly rowHashes: readonly string[];
  /** SHA-256 (hex) of the rows as a multiset: the order of rows and of columns does not matter. */
  readonly hash: string;
  readonly rejected: readonly RejectedRow[];
  readonly unreadable: readonly UnreadableCells[];
  /**
   * Of a table as it was read, where rows were rejected: the number of each row among the rows of the file, from 1, the
   * rejected ones counted. Absent where the two numberings agree, and where the file's quoting leaves it open.
   */
  readonly rowNumbers?: Float64Array;
  /**
   * Of a table as it was read, and of its rows and columns: a whole number below 2^53 a row that says what its file
   * holds of it, however that is read (see split/row-keys.ts).
   */
  readonly rowKeys?: Float64Array;
  /** What reading decided and a reader should know, one sentence each. */
  readonly notes: readonly string[];
  readonly source: TableSource;
}

export function isNumeric(column: Column): column is NumericColumn {
  return column.type !== "category" && column.type !== "text";
}

/** Builds a table. Throws `duplicate-column`, `no-columns`, `invalid-option` (columns of unequal length). */
export function makeTable(
  columns: readonly Column[],
  about: Partial<Pick<Table, "source" | "rejected" | "unreadable" | "notes" | "rowNumbers">> & {
    /** Or how to find them: done when they are first asked for. */
    readonly rowKeys?: Float64Array | (() => Float64Array);
  } = {},
): Table {
  const first = columns[0];
  if (first === undefined) throw new DataError("no-columns", "the table has no column", "Give at least one column.");
  const seen = new Set<string>();
  const rowCount = lengthOf(first);
  for (const column of columns) {
    const { name } = column;
    if (seen.has(name))
      throw new DataError("duplicate-column", `two columns are named "${name}"`, "Rename one of the columns.");
    seen.add(name);
    if (lengthOf(column) !== rowCount)
      throw new DataError(
        "invalid-option",
        `column "${name}" has ${lengthOf(column)} values where "${first.name}" has ${rowCount}`,
        "Give every column the same number of values.",
      );
  }
  const { rowKeys } = about;
  const keys = rowKeys && new Lazy(rowKeys instanceof Float64Array ? () => rowKeys : rowKeys);
  return tableOf(
    {
      columns,
      rowCount,
      rejected: about.rejected ?? [],
      unreadable: about.unreadable ?? [],
      ...(about.rowNumbers === undefined ? {} : { rowNumbers: about.rowNumbers }),
      notes: about.notes ?? [],
      source: about.source ?? { path: "", format: "memory", bytes: 0 },
    },
    knownRows(columns, keys === undefined ? {} : { keys }),
  );
}

const knownKey = Symbol("what the rows are known by");

function tableOf(fields: Omit<Table, "rowHashes" | "hash" | "rowKeys">, known: KnownRows): Table {
  const { keys } = known;
  return Object.defineProperties(fields as Table, {
    rowHashes: { enumerable: true, get: () => known.hashes.value },
    hash: { enumerable: true, get: () => known.hash.value },
    ...(keys === undefined ? {} : { rowKeys: { enumerable: true, get: () => keys.value } }),
    [knownKey]: { value: known },
  });
}

/** Of a table that was made by `{ ...table }`, too. */
function knownIn(table: Table & { readonly [knownKey]?: KnownRows }): KnownRows {
  return (
    table[knownKey] ??
    knownRows(table.columns, {
      hashes: new Lazy(() => table.rowHashes),
      ...(table.rowKeys === undefined ? {} : { keys: new Lazy(() => table.rowKeys!) }),
    })
  );
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
    undefined,
    { column: name },
  );
}

/**
 * The rows at these indices, in this order; an index may come twice. A view: a column's values are copied when they are
 * first asked for. Throws `invalid-option` for an index outside the table.
 */
export function takeRows(table: Table, indices: ArrayLike<number>): Table {
  const { rowCount, source } = table;
  let isWhole = indices.length === rowCount;
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (!Number.isInteger(index) || index < 0 || index >= rowCount)
      throw new DataError(
        "invalid-option",
        `row ${index} is outside the table of ${rowCount} rows`,
        "Give row numbers from 0 to the table's row count less one.",
      );
    isWhole &&= index === i;
  }
  const about = { rowCount: indices.length, rejected: [], unreadable: [], notes: [], source };
  if (isWhole) return tableOf({ columns: table.columns, ...about }, knownIn(table));
  const own = Uint32Array.from(indices);
  const through = composer(own);
  const columns = table.columns.map((column) => viewOf(column, own, through));
  return tableOf({ columns, ...about }, takenRows(knownIn(table), own, columns, through));
}

/** Composes each choice of rows once: the columns of a view share it. */
function composer(rows: Rows): (inner: Rows) => Rows {
  const known = new Map<Rows, Rows>();
  return (inner) => {
    const found = known.get(inner) ?? composed(inner, rows);
    known.set(inner, found);
    return found;
  };
}

/** The table with another report of its reading. */
export function withReport(table: Table, report: Pick<Table, "rejected" | "unreadable" | "notes">): Table {
  return Object.defineProperties({} as Table, {
    ...Object.getOwnPropertyDescriptors(table),
    rejected: { enumerable: true, value: report.rejected },
    unreadable: { enumerable: true, value: report.unreadable },
    notes: { enumerable: true, value: report.notes },
  });
}

/** The columns of these names, in this order; shares their values. Throws `unknown-column`, `duplicate-column`, `no-columns`. */
export function takeColumns(table: Table, names: readonly string[]): Table {
  const taken = replaceColumns(
    table,
    names.map((name) => columnOf(table, name)),
  );
  if (names.length < table.columns.length) return taken;
  // All of them, in another order: the hashes are the same.
  return tableOf({ ...reportOf(taken), columns: taken.columns, rowCount: taken.rowCount }, knownIn(table));
}

/** The table's rows with these columns in place of its own; what is known of its reading stays. */
export function replaceColumns(table: Table, columns: readonly Column[]): Table {
  const { keys } = knownIn(table);
  return makeTable(columns, { ...reportOf(table), ...(keys === undefined ? {} : { rowKeys: () => keys.value }) });
}

function reportOf({
  rejected,
  unreadable,
  notes,
  source,
  rowNumbers,
}: Table): Pick<Table, "rejected" | "unreadable" | "notes" | "source" | "rowNumbers"> {
  return { rejected, unreadable, notes, source, ...(rowNumbers === undefined ? {} : { rowNumbers }) };
}
