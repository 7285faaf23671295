// Every optimiser's path on given gradients equals PyTorch's (tests/reference/optimizer_paths.py) in each of 50 steps to
// 1e-5: the largest difference in a parameter tensor, over the largest magnitude in it.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Optimizer, Schedule, TensorData } from "../index.ts";
import {
  accumulateGradients,
  adafactor,
  adam,
  adamw,
  add,
  averageWeights,
  buildGraph,
  chain,
  clipByNorm,
  clipByValue,
  cosineDecay,
  createSession,
  input,
  lion,
  oneCycle,
  plateau,
  rmsprop,
  sgd,
  stepDecay,
  warmup,
} from "../index.ts";

interface Fixture {
  readonly shapes: readonly (readonly number[])[];
  readonly start: readonly number[];
  readonly gradients: readonly (readonly number[])[];
  readonly paths: Record<string, readonly (readonly number[])[]>;
  readonly losses: readonly number[];
  readonly schedules: Record<string, readonly number[]>;
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
  clippedByNorm: chain(clipByNorm(2), sgd({ lr: 0.05 })),
  clippedByValue: chain(clipByValue(0.5), sgd({ lr: 0.05 })),
  scheduled: adamw({ lr: (step) => 0.02 / (1 + step) }),
  rmsprop: rmsprop({ lr: 0.02 }),
  rmspropCentered: rmsprop({ lr: 0.02, decay: 0.9, epsilon: 1e-3, centered: true, momentum: 0.8, weightDecay: 0.1 }),
  lion: lion({ lr: 0.01 }),
  lionDecayed: lion({ lr: 0.01, beta1: 0.95, beta2: 0.98, weightDecay: 0.5 }),
  adafactor: adafactor(),
  adafactorDecayed: adafactor({ lr: 0.3, beta2Decay: -0.6, epsilon: [1e-5, 0.01], clip: 1.2, weightDecay: 0.1 }),
  averaged: chain(sgd({ lr: 0.05, momentum: 0.9 }), averageWeights(0.9)),
  accumulated: accumulateGradients(4, adamw({ lr: 0.02, weightDecay: 0.3 })),
};

test("every path of the fixture has an optimiser", () => {
  expect(Object.keys(optimizers).sort()).toEqual(Object.keys(fixture.paths).sort());
  for (const path of Object.values(fixture.paths)) expect(path).toHaveLength(50);
});

/** The parameters, each by itself, from a row of the fixture. */
function parts(row: readonly number[]): TensorData[] {
  let at = 0;
  return fixture.shapes.map((shape) => {
    const size = shape.reduce((product, dim) => product * dim, 1);
    at += size;
    return { data: Float32Array.from(row.slice(at - size, at)), shape };
  });
}

/** The largest difference over the largest magnitude. */
function distance(found: TensorData, expected: TensorData): number {
  const values = Array.from(expected.data, Number);
  const differences = values.map((value, k) => Math.abs(Number(found.data[k]) - value));
  return Math.max(...differences) / Math.max(...values.map(Math.abs));
}

test.each(Object.keys(optimizers))("%s equals PyTorch's path", async (name) => {
  const optimizer = optimizers[name] as Optimizer;
  let parameters = parts(fixture.start);
  let state = optimizer.init(parameters);
  const named = (prefix: string, values: readonly { shape: readonly number[] }[]) =>
    values.map(({ shape }, i) => input(`${prefix}${i}`, "float32", shape));
  const before = named("parameter", parameters);
  const result = optimizer.update({
    updates: named("gradient", parameters),
    parameters: before,
    state: named("state", state),
    scalars: optimizer.scalars(0).map((_, i) => input(`scalar${i}`, "float32", [])),
  });
  const outputs = {
    ...Object.fromEntries(before.map((own, i) => [`after${i}`, add(own, result.updates[i] ?? 0)])),
    ...Object.fromEntries(result.state.map((slot, i) => [`next${i}`, slot])),
  };
  const session = await createSession(buildGraph(outputs));
  const feed = (prefix: string, values: readonly TensorData[]) =>
    Object.fromEntries(values.map((value, i) => [`${prefix}${i}`, value] as const));
  const taken = new Set(session.inputs.map((port) => port.name));
  let worst = 0;
  for (const [step, gradient] of fixture.gradients.entries()) {
    const numbers = optimizer.scalars(step).map((value) => ({ data: Float32Array.of(value), shape: [] }));
    const feeds = {
      ...feed("parameter", parameters),
      ...feed("gradient", parts(gradient)),
      ...feed("state", state),
      ...feed("scalar", numbers),
    };
    const run = await session.run(Object.fromEntries(Object.entries(feeds).filter(([port]) => taken.has(port))));
    parameters = parameters.map((_, i) => run[`after${i}`] as TensorData);
    state = state.map((_, i) => run[`next${i}`] as TensorData);
    const found = optimizer.averages?.(parameters, state) ?? parameters;
    for (const [i, expected] of parts(fixture.paths[name]?.[step] ?? []).entries()) {
      worst = Math.max(worst, distance(found[i] as TensorData, expected));
    }
  }
  await session.close();
  expect(worst).toBeLessThan(1e-5);
});

describe("schedules", () => {
  const schedules: Record<string, Schedule> = {
    stepDecay: stepDecay({ initial: 0.4, every: 13, factor: 0.3 }),
    cosineDecay: cosineDecay({ initial: 0.4, steps: 60, end: 0.01 }),
    warmup: warmup(10, stepDecay({ initial: 0.4, every: 13, factor: 0.3 })),
    oneCycle: oneCycle({ peak: 0.4, steps: 60 }),
    plateau: plateau({ initial: 0.4, patience: 2, factor: 0.5, cooldown: 1, minimum: 0.06 }),
    plateauMax: plateau({ initial: 0.4, monitor: "score", mode: "max", patience: 3, threshold: 0.01 }),
  };

  test.each(Object.keys(fixture.schedules))("%s equals PyTorch's", (name) => {
    const schedule = schedules[name] as Schedule;
    const seen = fixture.losses.map((loss) => ({ loss, validation: { loss, score: loss } }));
    fixture.schedules[name]?.forEach((rate, i) => {
      const progress = { epochs: name.startsWith("plateau") ? seen.slice(0, i) : [] };
      const found = typeof schedule === "number" ? schedule : schedule(i, progress);
      expect(Math.abs(found - rate)).toBeLessThan(1e-9);
    });
  });
});
