// A data set: rows that can be asked for in batches, wherever they lie. A table is one, so are pictures in memory.
import type { ColumnType } from "../column-type.ts";
import { DataError } from "../errors.ts";

/** What one column of a data set holds. */
export interface DatasetColumn {
  readonly name: string;
  /** Of each element, where a row has several. */
  readonly type: ColumnType;
  /** Sizes of one row's value, [3, 32, 32] of a picture. Default [1]. */
  readonly shape?: readonly number[];
}

export type BatchData = Float32Array | Float64Array | BigInt64Array | Int32Array | Uint8Array | Int8Array;

/** The values of some rows, row after row; `shape` is [rows, …sizes of one row's value]. */
export interface BatchArray {
  readonly data: BatchData | string[];
  readonly shape: readonly number[];
}

/** One array a column, by the columns' names. */
export type Batch = Readonly<Record<string, BatchArray>>;

/** What a data set is told when it is asked for rows. */
export interface Pass {
  /** Which pass over the rows this is, from 1: random orders and augmentation follow from it. */
  readonly epoch: number;
  /** Aborts when nobody waits for the rows any more. */
  readonly signal?: AbortSignal;
}

/** Rows that can be asked for in any order. */
export interface Dataset {
  /** Rows. */
  readonly count: number;
  readonly columns: readonly DatasetColumn[];
  /** The values of these rows (0 … count - 1), in their order; a row may come twice. The arrays are the caller's. */
  batch(rows: ArrayLike<number>, pass?: Pass): Batch | Promise<Batch>;
}

/** A data set whose rows are in memory: a batch is there at once. */
export interface MemoryDataset extends Dataset {
  batch(rows: ArrayLike<number>, pass?: Pass): Batch;
}

/** Rows that come in an order of their own, from a file or a service. */
export interface DatasetStream {
  /** Rows of a pass, where that is known. */
  readonly count?: number;
  readonly columns: readonly DatasetColumn[];
  /** One pass over the rows, in batches of any size; the same epoch gives the same rows in the same order. */
  batches(pass: Pass): AsyncIterable<Batch>;
}

/** How many rows a batch has; its arrays agree. 0 for one without a column. */
export function rowsIn(batch: Batch): number {
  for (const name in batch) return batch[name]!.shape[0] ?? 0;
  return 0;
}

/** Throws `invalid-option` for a row that the data set does not have. */
export function checkRows(rows: ArrayLike<number>, count: number): void {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (!Number.isInteger(row) || row < 0 || row >= count)
      throw new DataError(
        "invalid-option",
        `row ${row} is outside the data set of ${count} rows`,
        "Give row numbers from 0 to the count less one.",
      );
  }
}

/** Throws `invalid-option` for what is no whole number of at least 1. */
export function checkSize(size: number, what: string): void {
  if (!Number.isSafeInteger(size) || size < 1)
    throw new DataError(
      "invalid-option",
      `${what} of ${size} rows cannot be made`,
      "Give a whole number of at least 1.",
    );
}
