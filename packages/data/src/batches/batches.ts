// Batches: named arrays with shapes, the form in which tables meet an engine.
import { DataError } from "../errors.ts";
import { rng } from "../random.ts";
import { type Column, columnOf, isNumeric, type Table } from "../table.ts";

/** One array a column, shape [rows, 1]; a missing value is NaN or "". */
export interface ColumnArray {
  readonly data: Float64Array | string[];
  readonly shape: [number, 1];
}

export type ColumnBatch = Record<string, ColumnArray>;

/** The table's columns, or those of `names`, as arrays of shape [rows, 1]. Strings are copied, numbers shared. */
export function columnBatch(table: Table, names?: readonly string[]): ColumnBatch {
  return Object.fromEntries(
    chosen(table, names).map((column): [string, ColumnArray] => [
      column.name,
      { data: isNumeric(column) ? column.data : [...column.data], shape: [table.rowCount, 1] },
    ]),
  );
}

export interface BatchOptions {
  /** Rows a batch; the last one of an epoch may have fewer. */
  readonly size: number;
  /** A new order each epoch, from the seed; without it, rows come in the table's order. */
  readonly seed?: number;
  /** Default 1. */
  readonly epochs?: number;
  /** Whether an epoch's last batch is left out where it has fewer rows than `size`. Default false. */
  readonly dropLast?: boolean;
  readonly columns?: readonly string[];
  readonly signal?: AbortSignal;
}

/** Mini-batches; every epoch has each row once. Throws `invalid-option`, `unknown-column`. */
export async function* batchesOf(table: Table, options: BatchOptions): AsyncGenerator<ColumnBatch> {
  const { size, seed, epochs = 1, dropLast = false, signal } = options;
  if (!Number.isInteger(size) || size < 1)
    throw new DataError(
      "invalid-option",
      `a batch of ${size} rows cannot be made`,
      "Give a whole number of at least 1.",
    );
  const columns = chosen(table, options.columns);
  const order = Int32Array.from({ length: table.rowCount }, (_, i) => i);
  const random = seed === undefined ? undefined : rng(seed);
  for (let epoch = 0; epoch < epochs; epoch++) {
    random?.shuffle(order);
    for (let start = 0; start < order.length; start += size) {
      signal?.throwIfAborted();
      const rows = order.subarray(start, start + size);
      if (dropLast && rows.length < size) break;
      yield Object.fromEntries(
        columns.map((column): [string, ColumnArray] => [
          column.name,
          { data: gather(column, rows), shape: [rows.length, 1] },
        ]),
      );
    }
  }
}

function gather(column: Column, rows: Int32Array): Float64Array | string[] {
  if (isNumeric(column)) return Float64Array.from(rows, (row) => column.data[row]!);
  return Array.from(rows, (row) => column.data[row]!);
}

function chosen(table: Table, names: readonly string[] | undefined): readonly Column[] {
  if (names === undefined) return table.columns;
  return names.map((name) => columnOf(table, name));
}
