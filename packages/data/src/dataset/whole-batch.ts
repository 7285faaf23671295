// A whole data set as one batch.
import type { Batch, Dataset, MemoryDataset } from "./dataset.ts";
import { allRows } from "./rows-of-arrays.ts";

/** All rows, in their order. */
export function wholeBatch(data: MemoryDataset): Batch;
export function wholeBatch(data: Dataset): Batch | Promise<Batch>;
export function wholeBatch(data: Dataset): Batch | Promise<Batch> {
  return data.batch(allRows(data.count));
}
