// A whole MLP's 20-step loss curve equals PyTorch's from the same weights (tests/reference/mlp_curve.py).
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Optimizer, Parameters } from "../index.ts";
import {
  adam,
  adamw,
  chain,
  clipByNorm,
  crossEntropy,
  fit,
  gelu,
  layerNorm,
  linear,
  relu,
  sequential,
  sgd,
} from "../index.ts";

interface Fixture {
  readonly rows: number;
  readonly features: number;
  readonly batch: number;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly parameters: Record<string, Record<string, { shape: number[]; data: number[] }>>;
  readonly curves: Record<string, readonly number[]>;
}

const fixture = JSON.parse(readFileSync(new URL("./fixtures/mlp-curve.json", import.meta.url), "utf8")) as Fixture;
const parameters: Parameters = Object.fromEntries(
  Object.entries(fixture.parameters).map(([layer, own]) => [
    layer,
    Object.fromEntries(
      Object.entries(own).map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }]),
    ),
  ]),
);
const optimizers: Record<string, Optimizer> = {
  sgd: sgd({ lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
  adam: adam({ lr: 0.01 }),
  adamw: chain(clipByNorm(0.5), adamw({ lr: 0.01, weightDecay: 0.1 })),
};

describe.each(Object.keys(optimizers))("%s", (name) => {
  // One step a run, and the two full batches of an epoch in one run.
  test.each([1, 32])("equals PyTorch's curve with up to %i steps a run", async (stepsPerRun) => {
    const run = fit(sequential(linear(16), relu(), layerNorm(), linear(8), gelu(), linear(3)), {
      data: {
        inputs: { data: Float32Array.from(fixture.x), shape: [fixture.rows, fixture.features] },
        target: { data: BigInt64Array.from(fixture.y, BigInt), shape: [fixture.rows] },
      },
      parameters,
      loss: crossEntropy(),
      optimizer: optimizers[name] as Optimizer,
      batchSize: fixture.batch,
      epochs: 7,
      shuffle: false,
      stepsPerRun,
    });
    const losses: number[] = [];
    for await (const event of run) if (event.type === "step") losses.push(event.loss);
    const expected = fixture.curves[name] ?? [];
    expect(expected).toHaveLength(20);
    const worst = Math.max(...expected.map((loss, i) => Math.abs(loss - (losses[i] ?? Number.NaN))));
    expect(worst).toBeLessThan(1e-5);
  });
});
