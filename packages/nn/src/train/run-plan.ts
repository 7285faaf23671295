// How an epoch is cut into runs of the engine: K steps at once while full batches last, then the rest.

import { allocate } from "../dtype.ts";
import { sizeOf } from "../shape.ts";
import type { ArrayType } from "./data.ts";

const mostSteps = 32;
const mostBytes = 2 ** 26;

/** Steps of a run where nobody says: 32, or fewer where their batches would take more than 64 MiB. */
export function stepsThatFit(types: readonly ArrayType[], batchSize: number): number {
  const bytes = types.reduce(
    (sum, { dtype, shape }) => sum + batchSize * sizeOf(shape) * allocate(dtype, 0).BYTES_PER_ELEMENT,
    0,
  );
  return Math.min(mostSteps, Math.max(1, Math.floor(mostBytes / bytes)));
}

export interface RunSize {
  readonly steps: number;
  readonly batchSize: number;
}

/** Runs of one epoch over `count` examples: at most three different sizes, so at most three graphs. */
export function planEpoch(count: number, batchSize: number, stepsPerRun: number): readonly RunSize[] {
  const full = Math.floor(count / batchSize);
  const rest = count % batchSize;
  const runs: RunSize[] = [];
  for (let left = full; left > 0; left -= stepsPerRun) runs.push({ steps: Math.min(left, stepsPerRun), batchSize });
  if (rest > 0) runs.push({ steps: 1, batchSize: rest });
  return runs;
}
