// Trains a tiny network for 100,000 steps in 100 epochs and prints the resident memory after each, in bytes.
import { adam, crossEntropy, dropout, fit, linear, relu, rng, sequential } from "../src/index.ts";

const random = rng(1);
const count = 4000;
const run = fit(sequential(linear(4), relu(), dropout(0.1), linear(2)), {
  data: {
    inputs: { data: Float32Array.from({ length: count * 4 }, () => random.normal()), shape: [count, 4] },
    target: { data: BigInt64Array.from({ length: count }, (_, i) => BigInt(i % 2)), shape: [count] },
  },
  loss: crossEntropy(),
  optimizer: adam({ lr: 0.001 }),
  batchSize: 4,
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
