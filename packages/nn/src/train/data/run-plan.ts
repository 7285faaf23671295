// How an epoch is cut into runs of the engine: K steps at once while full batches last, then the rest.

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
