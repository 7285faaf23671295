// Convolutions, pools, normalisations, padding and resizing give PyTorch's results and gradients
// (tests/reference/image_ops.py).
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { distancesToPyTorch, type PyTorchCase } from "../../testing/pytorch-cases.ts";
import type { Tensor } from "../index.ts";
import {
  averagePool,
  batchNormalizationTraining,
  convolution,
  depthToSpace,
  globalAveragePool,
  globalMaxPool,
  groupNormalization,
  instanceNormalization,
  maxPool,
  pad,
  resize,
  rmsNormalization,
  transposedConvolution,
} from "../index.ts";

const { cases } = JSON.parse(readFileSync(new URL("./fixtures/image-ops.json", import.meta.url), "utf8")) as {
  readonly cases: Readonly<Record<string, PyTorchCase>>;
};

type Build = (x: Tensor, w: Tensor, b?: Tensor) => Tensor;
const sides = (amounts: readonly [number, number, number, number]) =>
  ({ 3: [amounts[0], amounts[1]], 2: [amounts[2], amounts[3]] }) as const;

const builds: Readonly<Record<string, Build>> = {
  conv1d: (x, w, b) => convolution(x, w, b, { stride: 2, padding: 1 }),
  conv2d: convolution,
  "conv2d strided, dilated": (x, w, b) => convolution(x, w, b, { stride: 2, padding: 2, dilation: 2 }),
  "conv2d in groups": (x, w) => convolution(x, w, undefined, { groups: 2, padding: 1 }),
  "conv2d depthwise": (x, w) => convolution(x, w, undefined, { groups: 3, stride: 2, padding: 1 }),
  convTranspose1d: (x, w, b) => transposedConvolution(x, w, b, { stride: 2, padding: 1 }),
  convTranspose2d: (x, w, b) => transposedConvolution(x, w, b, { stride: 2, padding: 1, outputPadding: 1 }),
  "convTranspose2d in groups": (x, w) => transposedConvolution(x, w, undefined, { groups: 2, dilation: 2 }),
  maxPool: (x) => maxPool(x, 2),
  "maxPool ties": (x) => maxPool(x, 2),
  "maxPool overlapping": (x) => maxPool(x, 3, { stride: 2, padding: 1 }),
  "maxPool overlapping ties": (x) => maxPool(x, 3, { stride: 2, padding: 1 }),
  "maxPool ceil": (x) => maxPool(x, [3, 2], { stride: 2, ceil: true }),
  averagePool: (x) => averagePool(x, 2),
  "averagePool overlapping": (x) => averagePool(x, 3, { stride: 2, padding: 1 }),
  "averagePool padding counted": (x) => averagePool(x, 3, { stride: 2, padding: 1, countPadding: true }),
  "averagePool ceil": (x) => averagePool(x, 3, { stride: 2, ceil: true }),
  globalAveragePool,
  globalMaxPool,
  batchNormalization: (x, w, b) => batchNormalizationTraining(x, w, b as Tensor).y,
  instanceNormalization: (x, w, b) => instanceNormalization(x, w, b as Tensor),
  groupNormalization: (x, w, b) => groupNormalization(x, 3, w, b as Tensor),
  rmsNormalization: (x, w) => rmsNormalization(x, w, 1e-6),
  "pad reflect": (x) => pad(x, sides([2, 1, 1, 3]), { mode: "reflect" }),
  "pad edge": (x) => pad(x, sides([2, 1, 1, 3]), { mode: "edge" }),
  "pad constant": (x) => pad(x, sides([2, -1, 1, 3]), { value: 0.5 }),
  "resize nearest": (x) => resize(x, { sizes: [7, 3] }),
  "resize linear": (x) => resize(x, { sizes: [7, 3], mode: "linear" }),
  "resize corners": (x) => resize(x, { sizes: [7, 3], mode: "linear", alignCorners: true }),
  depthToSpace: (x) => depthToSpace(x, 2),
};

test.each(Object.entries(cases))("%s equals PyTorch's", async (name, expected) => {
  const build = builds[name] as Build;
  const distances = await distancesToPyTorch(
    expected,
    (...inputs) => build(...(inputs as [Tensor, Tensor, Tensor?])),
    name.includes("ties"),
  );
  for (const distance of distances) expect(distance).toBeLessThan(1e-5);
});
