// What fit trains on beside whole arrays: examples that are read or made as they are needed.
import type { Rng } from "../../layers/rng.ts";
import type { Examples } from "./examples.ts";

/** What a source is told when it is asked for examples. */
export interface SourceContext {
  /** Counts from 1. */
  readonly epoch: number;
  /**
   * For augmentation: a function of the seed, the epoch and the place in it, so that a resumed training draws the same
   * numbers. A batch of an ExampleSource has its own generator, an ExampleStream one for the epoch.
   */
  readonly random: Rng;
  /** Examples a step. */
  readonly batchSize: number;
  /** Aborts when the training ends, whichever way: whoever waits for a file or a service can stop. */
  readonly signal: AbortSignal;
}

/**
 * Examples that can be asked for in any order: a data set on disk, or augmentation of one in memory. `fit` shuffles the
 * rows itself and resumes anywhere. The same rows and context must give the same examples.
 */
export interface ExampleSource {
  /** Examples an epoch. */
  readonly count: number;
  /** The examples of these rows (0 … count - 1), in their order. The arrays are copied before the next call. */
  readonly batch: (rows: Int32Array, context: SourceContext) => Examples | Promise<Examples>;
}

/**
 * Examples in an order of their own: a file that is read from its start, a service, a generator. Each epoch is one
 * iteration; the same epoch must give the same examples, then a training resumes inside of it (what it had taken is
 * drawn again and dropped).
 */
export interface ExampleStream {
  /** Examples an epoch, where that is known: the progress line counts by it. */
  readonly count?: number;
  /**
   * The examples of an epoch in pieces of any size; `fit` cuts them into batches, and copies each piece before it asks
   * for the next.
   */
  readonly batches: (context: SourceContext) => Iterable<Examples> | AsyncIterable<Examples>;
}

export type TrainingData = Examples | ExampleSource | ExampleStream;
