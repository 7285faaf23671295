// Every optimiser's 50-step path on given gradients equals PyTorch's (tests/reference/optimizer_paths.py).
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Optimizer, TensorData } from "../index.ts";
import { adam, adamw, add, buildGraph, chain, clipByNorm, createSession, input, sgd } from "../index.ts";

interface Fixture {
  readonly start: readonly number[];
  readonly gradients: readonly (readonly number[])[];
  readonly paths: Record<string, readonly (readonly number[])[]>;
}

const fixture = JSON.parse(
  readFileSync(new URL("./fixtures/optimizer-paths.json", import.meta.url), "utf8"),
) as Fixture;
const optimizers: Record<string, Optimizer> = {
  sgd: sgd({ lr: 0.05 }),
  momentum: sgd({ lr: 0.05, momentum: 0.9 }),
  nesterov: sgd({ lr: 0.05, momentum: 0.9, nesterov: true, weightDecay: 0.02 }),
  adam: adam({ lr: 0.02, beta1: 0.8, beta2: 0.99, epsilon: 1e-6 }),
  adamL2: adam({ lr: 0.02, weightDecay: 0.1 }),
  adamw: adamw({ lr: 0.02, weightDecay: 0.3 }),
  clipped: chain(clipByNorm(2), sgd({ lr: 0.05 })),
  scheduled: adamw({ lr: (step) => 0.02 / (1 + step) }),
};

test("every path of the fixture has an optimiser", () => {
  expect(Object.keys(optimizers).sort()).toEqual(Object.keys(fixture.paths).sort());
});

test.each(Object.keys(optimizers))("%s equals PyTorch's path", async (name) => {
  const optimizer = optimizers[name] as Optimizer;
  const vector = (values: readonly number[]): TensorData => ({
    data: Float32Array.from(values),
    shape: [values.length],
  });
  let parameter = vector(fixture.start);
  let state = optimizer.init([parameter]);
  const shape = parameter.shape;
  const stateTensors = state.map((slot, i) => input(`state${i}`, "float32", slot.shape));
  const scalars = optimizer.scalars(0).map((_, i) => input(`scalar${i}`, "float32", []));
  const before = input("parameter", "float32", shape);
  const result = optimizer.update({
    updates: [input("gradient", "float32", shape)],
    parameters: [before],
    state: stateTensors,
    scalars,
  });
  const update = result.updates[0];
  if (update === undefined) throw new Error("no update");
  const outputs = {
    after: add(before, update),
    ...Object.fromEntries(result.state.map((slot, i) => [`next${i}`, slot])),
  };
  const session = await createSession(buildGraph(outputs));
  let worst = 0;
  for (const [step, gradient] of fixture.gradients.entries()) {
    const numbers = optimizer.scalars(step);
    const run = await session.run({
      parameter,
      gradient: vector(gradient),
      ...Object.fromEntries(state.map((slot, i) => [`state${i}`, slot])),
      ...Object.fromEntries(numbers.map((value, i) => [`scalar${i}`, { data: Float32Array.of(value), shape: [] }])),
    });
    parameter = run.after as TensorData;
    state = state.map((_, i) => run[`next${i}`] as TensorData);
    fixture.paths[name]?.[step]?.forEach((value, i) => {
      worst = Math.max(worst, Math.abs(Number(parameter.data[i]) - value) / Math.max(1, Math.abs(value)));
    });
  }
  await session.close();
  expect(worst).toBeLessThan(1e-5);
});
