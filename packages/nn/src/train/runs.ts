// The runs of a training on whole arrays; those on a source are in source-runs.ts.
import { sizeOf } from "../shape.ts";
import { copyChosen, createBuffers } from "./buffers.ts";
import type { Examples } from "./data.ts";
import { nameExamples, typesOf } from "./data.ts";
import type { RunOptions, Runs } from "./run.ts";
import { orderOf } from "./run.ts";
import { planEpoch } from "./run-plan.ts";
import type { TrainingData } from "./source.ts";
import { sourceRuns } from "./source-runs.ts";

/** Throws `training-data-invalid` or `training-source-failed`, here or when a run is asked for. */
export async function openRuns(data: TrainingData, options: RunOptions): Promise<Runs> {
  return "inputs" in data ? arrayRuns(data, options) : sourceRuns(data, options);
}

function arrayRuns(data: Examples, options: RunOptions): Runs {
  const examples = nameExamples(data, "training data");
  const { count, arrays } = examples;
  const types = typesOf(examples);
  const buffers = createBuffers(types);
  return {
    types,
    count,
    sample: examples,
    give: buffers.give,
    close: async () => {},
    async *from({ epoch: ended, taken }, stepsPerRun) {
      let at = taken;
      for (let epoch = ended + 1; epoch <= options.epochs; epoch++, at = 0) {
        const order = orderOf(options, epoch, count);
        for (const { steps, batchSize } of planEpoch(count - at, options.batchSize, stepsPerRun)) {
          const batches = buffers.take(steps, batchSize);
          const rows = order.subarray(at, at + steps * batchSize);
          for (const { name, shape } of types) copyChosen(arrays[name], batches[name], sizeOf(shape), rows);
          at += rows.length;
          yield { steps, batchSize, batches, last: at === count };
        }
      }
    },
  };
}
