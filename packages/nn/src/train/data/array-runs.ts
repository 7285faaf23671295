// The runs of a training on whole arrays; those on a source are in source-runs.ts.
import { sizeOf } from "../../shape.ts";
import { copyChosen, createBuffers } from "./buffers.ts";
import type { NamedExamples } from "./examples.ts";
import type { RunOptions, Runs } from "./run.ts";
import { orderOf } from "./run.ts";
import { planEpoch } from "./run-plan.ts";

export function arrayRuns(examples: NamedExamples, options: RunOptions): Runs {
  const { count, arrays, types } = examples;
  const buffers = createBuffers(types);
  return {
    whole: true,
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
