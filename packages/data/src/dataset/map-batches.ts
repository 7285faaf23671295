// A data set whose batches are made into something else on their way: examples for training, augmented pictures.
import type { Batch, Dataset, DatasetStream, MemoryDataset, Pass } from "./dataset.ts";

/** What `make` makes of the batches of rows asked for. */
export interface MappedRows<E, C extends Pass> {
  readonly count: number;
  readonly batch: (rows: ArrayLike<number>, context: C) => E;
}

/** What `make` makes of the batches of a stream. */
export interface MappedStream<E, C extends Pass> {
  readonly count?: number;
  readonly batches: (context: C) => AsyncIterable<E>;
}

/**
 * The data set with `make` applied to each batch. Where it returns `{ inputs, target }`, the result is what a training
 * takes as its data; `context` is what the training tells, its random numbers for augmentation among it.
 */
export function mapBatches<E, C extends Pass = Pass>(
  data: MemoryDataset,
  make: (batch: Batch, context: C) => E,
): MappedRows<E, C>;
export function mapBatches<E, C extends Pass = Pass>(
  data: Dataset,
  make: (batch: Batch, context: C) => E | Promise<E>,
): MappedRows<E | Promise<E>, C>;
export function mapBatches<E, C extends Pass = Pass>(
  data: DatasetStream,
  make: (batch: Batch, context: C) => E | Promise<E>,
): MappedStream<E, C>;
export function mapBatches<E, C extends Pass = Pass>(
  data: Dataset | DatasetStream,
  make: (batch: Batch, context: C) => E | Promise<E>,
): MappedRows<E | Promise<E>, C> | MappedStream<E, C> {
  if ("batch" in data) {
    return {
      count: data.count,
      batch(rows, context) {
        const batch = data.batch(rows, context);
        return batch instanceof Promise ? batch.then((own) => make(own, context)) : make(batch, context);
      },
    };
  }
  return {
    ...(data.count === undefined ? {} : { count: data.count }),
    async *batches(context) {
      for await (const batch of data.batches(context)) yield await make(batch, context);
    },
  };
}
