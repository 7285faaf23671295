// Every loss's value and gradients equal PyTorch's (tests/reference/losses.py), and central finite differences.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Loss, TensorData } from "../index.ts";
import {
  binaryCrossEntropy,
  buildGraph,
  constant,
  createSession,
  crossEntropy,
  ctc,
  elbo,
  focal,
  gradients,
  huber,
  infoNce,
  input,
  kullbackLeibler,
  meanAbsoluteError,
  meanSquaredError,
  multiTask,
  poisson,
  quantile,
  triplet,
} from "../index.ts";

interface Packed {
  readonly dtype: "int64" | "float32";
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Case {
  readonly predictions: Record<string, Packed>;
  readonly targets: Record<string, Packed>;
  readonly value: number;
  readonly gradients: Record<string, Packed>;
}

const { cases } = JSON.parse(readFileSync(new URL("./fixtures/losses.json", import.meta.url), "utf8")) as {
  cases: Record<string, Case>;
};
const classWeights = [0.5, 1, 2, 3, 0.1];
/** Losses of any predictions and targets stand in one table. */
type AnyLoss = Loss<never, never>;
const losses: Record<string, AnyLoss> = {
  crossEntropy: crossEntropy(),
  crossEntropyWeighted: crossEntropy({ classWeights }),
  crossEntropySmooth: crossEntropy({ labelSmoothing: 0.2 }),
  crossEntropyBoth: crossEntropy({ classWeights, labelSmoothing: 0.2 }),
  crossEntropyIgnored: crossEntropy({ ignore: -100 }),
  crossEntropyIgnoredBoth: crossEntropy({ ignore: -100, classWeights, labelSmoothing: 0.1 }),
  binary: binaryCrossEntropy(),
  binaryWeighted: binaryCrossEntropy({ positiveWeight: 3 }),
  focal: focal(),
  focalPlain: focal({ alpha: undefined, gamma: 1.5 }),
  meanSquaredError: meanSquaredError(),
  meanAbsoluteError: meanAbsoluteError(),
  huber: huber(),
  huberWide: huber({ delta: 2.5 }),
  quantile: quantile(0.9),
  quantiles: quantile([0.1, 0.5, 0.9]),
  poisson: poisson(),
  poissonRates: poisson({ logarithmic: false }),
  kullbackLeibler: kullbackLeibler(),
  elbo: elbo(),
  elboGaussian: elbo({ likelihood: "gaussian", beta: 0.3 }),
  infoNce: infoNce({ temperature: 0.2 }),
  infoNceSymmetric: infoNce({ temperature: 0.2, symmetric: true }),
  triplet: triplet({ margin: 0.7 }),
  ctc: ctc(),
  ctcLengths: ctc(),
  ctcBlank: ctc({ blank: 4 }),
  ctcImpossible: ctc({ zeroImpossible: true }),
  multiTask: multiTask({ kind: crossEntropy(), size: { loss: huber(), weight: 0.3 } }),
};

const unpack = ({ dtype, shape, data }: Packed): TensorData =>
  dtype === "int64" ? { data: BigInt64Array.from(data, BigInt), shape } : { data: Float32Array.from(data), shape };

/** What is named x or target alone stands for itself. */
const joined = <V>(all: Record<string, V>, single: string): V | Record<string, V> => all[single] ?? all;

test("every case of the fixture has a loss", () => {
  expect(Object.keys(losses).sort()).toEqual(Object.keys(cases).sort());
});

test.each(Object.keys(losses))("%s", async (name) => {
  const { predictions, targets, value, gradients: expected } = cases[name] as Case;
  const inputs = Object.entries(predictions).map(([key, { shape }]) => input(key, "float32", shape));
  const constants = Object.entries(targets).map(([key, packed]) => [key, constant(unpack(packed))] as const);
  const named = Object.fromEntries(inputs.map((tensor) => [tensor.node.name ?? "", tensor]));
  const loss = (losses[name] as AnyLoss)(
    joined(named, "x") as never,
    joined(Object.fromEntries(constants), "target") as never,
  );
  expect(loss.shape).toEqual([]);
  const slopes = gradients(loss, inputs);
  const session = await createSession(
    buildGraph({ loss, ...Object.fromEntries(inputs.map((x, i) => [`to ${x.node.name}`, slopes[i] ?? x])) }),
  );
  const feeds = Object.fromEntries(Object.entries(predictions).map(([key, packed]) => [key, unpack(packed)]));
  const run = await session.run(feeds);
  expect(Math.abs(Number(run.loss?.data[0]) - value)).toBeLessThan(1e-5 * (1 + Math.abs(value)));
  for (const [key, { data }] of Object.entries(expected)) {
    const found = run[`to ${key}`]?.data as Float32Array;
    const scale = Math.max(...data.map(Math.abs));
    data.forEach((slope, i) => {
      expect(Math.abs((found[i] ?? Number.NaN) - slope)).toBeLessThan(2e-6 + 1e-5 * scale);
    });
    // Finite differences, at the element of the steepest slope.
    const at = data.findIndex((slope) => Math.abs(slope) === scale);
    const moved = async (by: number): Promise<number> => {
      const changed = { ...feeds[key], data: Float32Array.from((feeds[key] as TensorData).data as Float32Array) };
      changed.data[at] = (changed.data[at] ?? 0) + by;
      return Number((await session.run({ ...feeds, [key]: changed as TensorData })).loss?.data[0]);
    };
    const numeric = ((await moved(0.01)) - (await moved(-0.01))) / 0.02;
    expect(Math.abs(numeric - (data[at] ?? 0))).toBeLessThan(0.02 * scale + 2e-4);
  }
  await session.close();
});
