// The table: typed columns in memory, and the plain operations on its rows and columns.
import { rowHashesOf, tableHashOf } from "./content-hash.ts";
import { DataError } from "./errors.ts";
import { listNames, suggestName } from "./names.ts";
import type { ColumnReading } from "./reading/column-reading.ts";

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
  return column.data instanceof Float64Array;
}

/** Builds a table and its hashes. Throws `duplicate-column`, `no-columns`, `invalid-option` (columns of unequal length). */
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
  const { rowKeys } = about;
  return withHashes(
    {
      columns,
      rowCount: first.data.length,
      rejected: about.rejected ?? [],
      unreadable: about.unreadable ?? [],
      ...(about.rowNumbers === undefined ? {} : { rowNumbers: about.rowNumbers }),
      notes: about.notes ?? [],
      source: about.source ?? { path: "", format: "memory", bytes: 0 },
    },
    {
      rowHashes: () => rowHashesOf(columns),
      rowKeys: rowKeys instanceof Float64Array ? () => rowKeys : rowKeys,
    },
  );
}

interface Hashing {
  readonly rowHashes: () => string[];
  readonly rowKeys: (() => Float64Array) | undefined;
}

/** Hashing a million rows takes longer than reading them: it is done when a hash or a key is first asked for. */
function withHashes(fields: Omit<Table, "rowHashes" | "hash" | "rowKeys">, { rowHashes, rowKeys }: Hashing): Table {
  const hashes = once(rowHashes);
  const hash = once(() => tableHashOf(fields.columns, hashes()));
  return Object.defineProperties(fields as Table, {
    rowHashes: { enumerable: true, get: hashes },
    hash: { enumerable: true, get: hash },
    ...(rowKeys === undefined ? {} : { rowKeys: { enumerable: true, get: once(rowKeys) } }),
  });
}

/** Forgets the work, and what it holds, when it is done. */
function once<T>(work: () => T): () => T {
  let pending: (() => T) | undefined = work;
  let value: T;
  return () => {
    if (pending !== undefined) {
      value = pending();
      pending = undefined;
    }
    return value;
  };
}

/** The table's keys when they are asked for; undefined where it has none. */
function keysOf(table: Table): (() => Float64Array) | undefined {
  return Object.hasOwn(table, "rowKeys") ? () => table.rowKeys! : undefined;
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
  const own = Uint32Array.from(indices);
  const keys = keysOf(table);
  return withHashes(
    {
      columns,
      rowCount: indices.length,
      rejected: [],
      unreadable: [],
      notes: [],
      source: table.source,
    },
    {
      rowHashes: () => Array.from(own, (index) => table.rowHashes[index]!),
      rowKeys:
        keys &&
        (() => {
          const all = keys();
          return Float64Array.from(own, (index) => all[index]!);
        }),
    },
  );
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

/** The columns of these names, in this order. Throws `unknown-column`. */
export function takeColumns(table: Table, names: readonly string[]): Table {
  return replaceColumns(
    table,
    names.map((name) => columnOf(table, name)),
  );
}

/** The table's rows with these columns in place of its own; what is known of its reading stays. */
export function replaceColumns(table: Table, columns: readonly Column[]): Table {
  const { rejected, unreadable, notes, source, rowNumbers } = table;
  const rowKeys = keysOf(table);
  return makeTable(columns, {
    rejected,
    unreadable,
    notes,
    source,
    ...(rowNumbers === undefined ? {} : { rowNumbers }),
    ...(rowKeys === undefined ? {} : { rowKeys }),
  });
}
