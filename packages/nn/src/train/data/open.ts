// What a training reads, opened: the runs of the engine, and the validation examples.
import type { Settings } from "../options.ts";
import { arrayRuns } from "./array-runs.ts";
import type { NamedExamples } from "./examples.ts";
import { nameExamples } from "./examples.ts";
import type { RunOptions, Runs } from "./run.ts";
import { sourceRuns } from "./source-runs.ts";

export interface Data {
  readonly runs: Runs;
  readonly validation: NamedExamples | undefined;
}

/** Throws `training-data-invalid` or `training-source-failed`, here or when a run is asked for. */
export async function openData(
  { data, validation, batchSize, epochs, shuffle }: Settings,
  draws: Pick<RunOptions, "random" | "signal">,
): Promise<Data> {
  const options = { batchSize, epochs, shuffle, ...draws };
  // Before a source is asked for anything, which may take its time.
  const held = validation && nameExamples(validation, "validation data");
  const runs =
    "inputs" in data ? arrayRuns(nameExamples(data, "training data"), options) : await sourceRuns(data, options);
  return { runs, validation: held };
}
