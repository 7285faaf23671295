// LeNet's and a small ResNet's curves equal PyTorch's from the same weights, running statistics and predictions too
// (tests/reference/image_curves.py); and a LeNet learns.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Layer, Parameters, TensorData } from "../index.ts";
import { crossEntropy, fit, lenet, listParameters, replaceParameters, resnetCifar, rng, sgd } from "../index.ts";

interface Curve {
  readonly batch: number;
  readonly size: number;
  readonly losses: readonly number[];
  readonly prediction: readonly number[];
  readonly mean: readonly (readonly number[])[];
  readonly variance: readonly (readonly number[])[];
}

const fixture = JSON.parse(readFileSync(new URL("./fixtures/image-curves.json", import.meta.url), "utf8")) as {
  readonly curves: Readonly<Record<string, Curve>>;
};

/** The formulas of image_curves.py. */
function uniform(count: number, seed: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => {
    const scaled = Math.sin(i * 12.9898 + seed * 78.233) * 43758.5453;
    return (scaled - Math.floor(scaled)) * 2 - 1;
  });
}

function images(count: number, size: number) {
  const noise = uniform(count * 3 * size * size, 1);
  const stripe = (label: number, column: number): number => Math.sin(column * (label + 1) * 0.3);
  const data = Float32Array.from(noise, (value, i) => {
    const label = Math.floor(i / (3 * size * size)) % 10;
    return 0.5 * value + stripe(label, i % size);
  });
  const labels = BigInt64Array.from({ length: count }, (_, i) => BigInt(i % 10));
  return { inputs: { data, shape: [count, 3, size, size] }, target: { data: labels, shape: [count] } };
}

/** Values by the place among the trained parameters; running statistics as they start. */
function filled(net: Layer, size: number): Parameters {
  const parameters = net.init(["N", 3, size, size], rng(0));
  let place = 0;
  const values = listParameters(parameters).map(({ path, value }): TensorData => {
    if (value.trained === false) return value;
    const { shape } = value;
    const [first = 1, ...rest] = shape;
    const numbers = uniform(value.data.length, place++ + 2);
    const fanIn = shape.length === 2 ? first : rest.reduce((a, b) => a * b, 1);
    const offset = path.endsWith("scale") ? 1 : 0;
    const scale = shape.length === 1 ? 0.1 : Math.sqrt(3 / fanIn);
    return { data: Float32Array.from(numbers, (number) => number * scale + offset), shape };
  });
  return replaceParameters(parameters, values);
}

const worst = (expected: readonly number[], found: ArrayLike<number>): number =>
  Math.max(...expected.map((value, i) => Math.abs(value - (found[i] ?? Number.NaN)) / Math.max(1, Math.abs(value))));

describe.each<[string, Layer, number]>([
  ["lenet", lenet(), 0.01],
  ["resnet8", resnetCifar(8), 0.02],
])("%s", (name, net, lr) => {
  test.each([1, 32])("equals PyTorch with up to %i steps a run", async (stepsPerRun) => {
    const expected = fixture.curves[name] as Curve;
    const data = images(expected.batch * expected.losses.length, expected.size);
    const run = fit(net, {
      data,
      parameters: filled(net, expected.size),
      loss: crossEntropy(),
      optimizer: sgd({ lr, momentum: 0.9 }),
      batchSize: expected.batch,
      epochs: 1,
      shuffle: false,
      stepsPerRun,
    });
    const losses: number[] = [];
    for await (const event of run) if (event.type === "step") losses.push(event.loss);
    expect(losses).toHaveLength(expected.losses.length);
    expect(worst(expected.losses, losses)).toBeLessThan(1e-5);
    const model = await run.result;
    const kept = listParameters(model.parameters).filter(({ value }) => value.trained === false);
    for (const [kind, lists] of [["mean", expected.mean] as const, ["variance", expected.variance] as const]) {
      const found = kept.filter(({ path }) => path.endsWith(kind));
      expect(found).toHaveLength(lists.length);
      for (const [i, list] of lists.entries())
        expect(worst(list, found[i]?.value.data as Float32Array)).toBeLessThan(1e-4);
    }
    const first = 4 * 3 * expected.size ** 2;
    const { data: prediction } = await model.predict({
      data: data.inputs.data.slice(0, first),
      shape: [4, 3, expected.size, expected.size],
    });
    await model.close();
    expect(worst(expected.prediction, prediction as Float32Array)).toBeLessThan(1e-4);
  });
});

test("a LeNet learns a small set of images", async () => {
  const run = fit(lenet(), {
    data: images(200, 32),
    validation: images(50, 32),
    loss: crossEntropy(),
    optimizer: sgd({ lr: 0.01, momentum: 0.9 }),
    batchSize: 10,
    epochs: 6,
    seed: 1,
  });
  const { history, ...model } = await run.result;
  await model.close();
  expect(history[0]?.loss).toBeGreaterThan(1.5);
  expect(history.at(-1)?.loss).toBeLessThan(0.3);
  expect(history.at(-1)?.validation?.loss).toBeLessThan(0.3);
});
