// Some rows of a data set: row numbers, and no copy.

import { composed } from "../view-column.ts";
import { checkRows, type Dataset, type MemoryDataset } from "./dataset.ts";

const chosenKey = Symbol("the rows of a subset");

interface Chosen {
  readonly of: Dataset;
  readonly rows: Uint32Array;
}

/**
 * The rows of these numbers, in this order; one may come twice. A subset of a subset keeps one list of row numbers.
 * Throws `invalid-option` for a row outside the data set.
 */
export function subset(data: MemoryDataset, rows: ArrayLike<number>): MemoryDataset;
export function subset(data: Dataset, rows: ArrayLike<number>): Dataset;
export function subset(data: Dataset & { readonly [chosenKey]?: Chosen }, rows: ArrayLike<number>): Dataset {
  checkRows(rows, data.count);
  const inner = data[chosenKey];
  const own: Chosen =
    inner === undefined
      ? { of: data, rows: Uint32Array.from(rows) }
      : { of: inner.of, rows: composed(inner.rows, rows) };
  const made: Dataset = {
    count: own.rows.length,
    columns: data.columns,
    batch(asked, pass) {
      checkRows(asked, own.rows.length);
      return own.of.batch(composed(own.rows, asked), pass);
    },
  };
  return Object.defineProperty(made, chosenKey, { value: own });
}
