// Mini-batches of a data set, in its order or in a new one each epoch.
import { rng } from "../random.ts";
import { type Batch, checkSize, type Dataset } from "./dataset.ts";
import { allRows } from "./rows-of-arrays.ts";

export interface BatchOptions {
  /** Rows a batch; the last one of an epoch may have fewer. */
  readonly size: number;
  /** A new order each epoch, from the seed; without it, rows come in the data set's order. */
  readonly seed?: number;
  /** Default 1. */
  readonly epochs?: number;
  /** Whether an epoch's last batch is left out where it has fewer rows than `size`. Default false. */
  readonly dropLast?: boolean;
  readonly signal?: AbortSignal;
}

/** Mini-batches; every epoch has each row once. Throws `invalid-option`. */
export async function* batchesOf(data: Dataset, options: BatchOptions): AsyncGenerator<Batch> {
  const { size, seed, epochs = 1, dropLast = false, signal } = options;
  checkSize(size, "a batch");
  const order = allRows(data.count);
  const random = seed === undefined ? undefined : rng(seed);
  for (let epoch = 1; epoch <= epochs; epoch++) {
    random?.shuffle(order);
    for (let start = 0; start < order.length; start += size) {
      signal?.throwIfAborted();
      const rows = order.subarray(start, start + size);
      if (dropLast && rows.length < size) break;
      yield data.batch(rows, { epoch, ...(signal === undefined ? {} : { signal }) });
    }
  }
}
