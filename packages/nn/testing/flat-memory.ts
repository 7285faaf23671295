// Trains a tiny network for 100,000 steps in 100 epochs and prints the resident memory after each, in bytes.
//   flat-memory.ts          on whole arrays, 32 steps a run
//   flat-memory.ts stream   on a stream, through the worker thread, 8 steps a run
import { adam, crossEntropy, dropout, type Examples, fit, linear, relu, rng, sequential } from "../src/index.ts";

const random = rng(1);
const count = 4000;
const batch = 40;
function examples(size: number): Examples {
  return {
    inputs: { data: Float32Array.from({ length: size * 4 }, () => random.normal()), shape: [size, 4] },
    target: { data: BigInt64Array.from({ length: size }, (_, i) => BigInt(i % 2)), shape: [size] },
  };
}
const stream = {
  async *batches() {
    for (let at = 0; at < count; at += batch) yield examples(batch);
  },
};
const streams = process.argv[2] === "stream";
const run = fit(sequential(linear(4), relu(), dropout(0.1), linear(2)), {
  data: streams ? stream : examples(count),
  loss: crossEntropy(),
  optimizer: adam({ lr: 0.001 }),
  batchSize: 4,
  stepsPerRun: streams ? 8 : 32,
  epochs: 100,
});
let steps = 0;
const resident: number[] = [];
for await (const event of run) {
  if (event.type === "step") steps++;
  if (event.type !== "epoch") continue;
  globalThis.gc?.();
  resident.push(process.memoryUsage.rss());
}
console.log(JSON.stringify({ steps, resident }));
