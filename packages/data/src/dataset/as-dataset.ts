// A table as a data set, and as one batch.
import { type Column, columnOf, isNumeric, type Table } from "../table.ts";
import { valuesAt } from "../view-column.ts";
import { checkRows, type MemoryDataset } from "./dataset.ts";

/** One array a column, shape [rows, 1]; a missing value is NaN or "". */
export interface ColumnArray {
  readonly data: Float64Array | string[];
  readonly shape: [number, 1];
}

export type ColumnBatch = Record<string, ColumnArray>;

/** The table's columns, or those of `names`, as arrays of shape [rows, 1]. Strings are copied, numbers shared. */
export function columnBatch(table: Table, names?: readonly string[]): ColumnBatch {
  return batchOf(chosen(table, names), table.rowCount, (column) =>
    isNumeric(column) ? column.data : [...column.data],
  );
}

/** The table, or its columns of `names`, as a data set. Throws `unknown-column`. */
export function asDataset(
  table: Table,
  names?: readonly string[],
): MemoryDataset & { batch(rows: ArrayLike<number>): ColumnBatch } {
  const columns = chosen(table, names);
  const { rowCount } = table;
  return {
    count: rowCount,
    columns: columns.map(({ name, type }) => ({ name, type })),
    batch(rows) {
      checkRows(rows, rowCount);
      return batchOf(columns, rows.length, (column) => valuesAt(column, rows));
    },
  };
}

function chosen(table: Table, names: readonly string[] | undefined): readonly Column[] {
  return names === undefined ? table.columns : names.map((name) => columnOf(table, name));
}

function batchOf(
  columns: readonly Column[],
  rows: number,
  values: (column: Column) => ColumnArray["data"],
): ColumnBatch {
  return Object.fromEntries(
    columns.map((column): [string, ColumnArray] => [column.name, { data: values(column), shape: [rows, 1] }]),
  );
}
