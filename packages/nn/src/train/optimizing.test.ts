// What optimisers and losses ask of the loop: averaged weights, accumulation, rates by figures, several outputs.
import { describe, expect, test } from "vitest";
import type { Examples, Layer, Parameters, Progress, Tensor, TensorData } from "../index.ts";
import {
  accumulateGradients,
  adam,
  averageWeights,
  chain,
  crossEntropy,
  fit,
  layer,
  linear,
  listParameters,
  meanSquaredError,
  multiTask,
  plateau,
  relu,
  rng,
  sequential,
  sgd,
} from "../index.ts";

const random = rng(3);
const x: TensorData = { data: Float32Array.from({ length: 60 }, () => random.normal()), shape: [20, 3] };
const sums = Float32Array.from({ length: 20 }, (_, i) => [0, 1, 2].reduce((s, j) => s + Number(x.data[3 * i + j]), 0));
const data: Examples = { inputs: x, target: { data: sums, shape: [20, 1] } };
const net = sequential(linear(4), relu(), linear(1));
const base = { data, loss: meanSquaredError(), epochs: 5, seed: 2, shuffle: false } as const;
const flat = (parameters: Parameters): number[] =>
  listParameters(parameters).flatMap(({ value }) => Array.from(value.data, Number));

function expectClose(found: readonly number[], wanted: readonly number[], digits = 5): void {
  expect(found).toHaveLength(wanted.length);
  wanted.forEach((value, i) => {
    expect(found[i]).toBeCloseTo(value, digits);
  });
}

test("averaged weights are those that are evaluated and handed back", async () => {
  const optimizer = sgd({ lr: 0.1, momentum: 0.9 });
  const options = { ...base, batchSize: 20, validation: data };
  // One step an epoch: the weights after each step are those of a training that ends there.
  let average: number[] = [];
  for (let epochs = 1; epochs <= 5; epochs++) {
    const { parameters } = await fit(net, { ...options, epochs, optimizer }).result;
    const now = flat(parameters);
    average = epochs === 1 ? now : average.map((value, i) => 0.8 * value + 0.2 * (now[i] ?? 0));
  }
  const model = await fit(net, { ...options, optimizer: chain(optimizer, averageWeights(0.8)) }).result;
  expectClose(flat(model.parameters), average);
  const prediction = await model.predict(x);
  const loss = sums.reduce((sum, value, i) => sum + (Number(prediction.data[i]) - value) ** 2 / 20, 0);
  expect(model.history.at(-1)?.validation?.loss).toBeCloseTo(loss, 5);
  await model.close();
});

test("accumulated gradients of small batches equal one of a large batch", async () => {
  const large = await fit(net, { ...base, batchSize: 20, optimizer: adam({ lr: 0.05 }) }).result;
  const small = await fit(net, { ...base, batchSize: 5, optimizer: accumulateGradients(4, adam({ lr: 0.05 })) }).result;
  expectClose(flat(small.parameters), flat(large.parameters));
});

test("a rate may follow from the figures of the epochs before", async () => {
  const seen: [number, number][] = [];
  const drop = plateau({ initial: 0.1, monitor: "flat", patience: 1, factor: 0.5 });
  const lr = (step: number, progress: Progress): number => {
    const rate = typeof drop === "number" ? drop : drop(step, progress);
    if (progress.epochs.length > 0) seen.push([progress.epochs.length, rate]);
    return rate;
  };
  const run = fit(net, {
    ...base,
    batchSize: 20,
    optimizer: sgd({ lr }),
    validation: data,
    metrics: { flat: () => 1 },
  });
  await run.result;
  // The first figure is the best; two more without a better one halve the rate.
  expect(Object.fromEntries(seen)).toEqual({ 1: 0.1, 2: 0.1, 3: 0.05, 4: 0.05 });
});

describe("a network of several outputs", () => {
  const trunk = sequential(linear(8), relu());
  const heads = { sum: linear(1), sign: linear(2) };
  const double: Layer<Tensor, Readonly<Record<"sum" | "sign", Tensor>>> = layer({
    name: "double",
    init: (shape, own) => ({
      trunk: trunk.init(shape, own.fork("trunk")),
      sum: heads.sum.init(["N", 8], own.fork("sum")),
      sign: heads.sign.init(["N", 8], own.fork("sign")),
    }),
    apply(parameters, input: Tensor, context) {
      const hidden = trunk.apply(parameters.trunk, input, context);
      return {
        sum: heads.sum.apply(parameters.sum, hidden, context),
        sign: heads.sign.apply(parameters.sign, hidden, context),
      };
    },
  });
  const signs = BigInt64Array.from(sums, (value) => (value > 0 ? 1n : 0n));
  const several: Examples = {
    inputs: x,
    target: { sum: { data: sums, shape: [20, 1] }, sign: { data: signs, shape: [20] } },
  };

  test("learns both tasks, is measured and predicts by name", async () => {
    const loss = multiTask({ sum: meanSquaredError(), sign: { loss: crossEntropy(), weight: 0.5 } });
    const model = await fit(double, {
      data: several,
      validation: several,
      loss,
      optimizer: adam({ lr: 0.02 }),
      batchSize: 10,
      epochs: 150,
      seed: 1,
      metrics: {
        right: ({ sign }, { sign: wanted }) =>
          signs.filter(
            (_, i) => (Number(sign?.data[2 * i + 1]) > Number(sign?.data[2 * i]) ? 1n : 0n) === wanted?.data[i],
          ).length,
      },
    }).result;
    expect(model.history.at(-1)?.loss).toBeLessThan(0.1);
    expect(model.history.at(-1)?.validation?.right).toBe(20);
    expect(model.graph().outputs.map(({ name }) => name)).toEqual(["sum", "sign"]);
    const { sum, sign } = await model.predict(x);
    expect(sum?.shape).toEqual([20, 1]);
    expect(sign?.shape).toEqual([20, 2]);
    await model.close();
  });

  test("names the task that is missing", async () => {
    const run = fit(double, {
      data: { inputs: x, target: { sum: { data: sums, shape: [20, 1] } } },
      loss: multiTask({ sum: meanSquaredError(), sign: crossEntropy() }),
      optimizer: adam(),
      epochs: 1,
    });
    await expect(run.result).rejects.toMatchObject({ code: "training-data-invalid" });
  });
});
