// What the engine is fed run by run: K batches at a time, over the epochs.
import type { Rng } from "../../layers/rng.ts";
import type { ArrayType } from "../ports.ts";
import type { Stacked } from "./buffers.ts";
import type { NamedExamples } from "./examples.ts";

/** One run of the engine. */
export interface Run {
  readonly steps: number;
  readonly batchSize: number;
  readonly batches: Stacked;
  /** Whether the epoch ends with it. */
  readonly last: boolean;
}

/** Where a training goes on from: epochs that have ended, and examples taken of the next one. */
export interface Position {
  readonly epoch: number;
  readonly taken: number;
}

export interface Runs {
  /** Whether `sample` is all examples. */
  readonly whole: boolean;
  readonly types: readonly ArrayType[];
  /** Examples an epoch; undefined where a stream does not say. */
  readonly count: number | undefined;
  /** Some first examples, to try the network on. */
  readonly sample: NamedExamples;
  /** All runs from a place on, over every epoch that is left, of at most so many steps. */
  from(place: Position, stepsPerRun: number): AsyncGenerator<Run, void>;
  /** Gives the arrays of a run back, to be filled again. */
  give(batches: Stacked): void;
  /** Closes what was opened for the sample and not gone on with. */
  close(): Promise<void>;
}

export interface RunOptions {
  readonly batchSize: number;
  readonly epochs: number;
  readonly shuffle: boolean;
  readonly random: Rng;
  /** Handed to sources. */
  readonly signal: AbortSignal;
}

/** The order of an epoch's examples; epochs count from 1. */
export function orderOf({ random, shuffle }: RunOptions, epoch: number, count: number): Int32Array {
  return shuffle ? random.fork("order", epoch).permutation(count) : Int32Array.from({ length: count }, (_, i) => i);
}
