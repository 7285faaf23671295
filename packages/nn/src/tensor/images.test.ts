// Convolutions, pools, normalisations, padding and resizing give PyTorch's results and gradients
// (tests/reference/image_ops.py).
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Tensor } from "../index.ts";
import {
  averagePool,
  batchNormalizationTraining,
  buildGraph,
  convolution,
  createSession,
  depthToSpace,
  globalAveragePool,
  globalMaxPool,
  gradients,
  groupNormalization,
  input,
  instanceNormalization,
  maxPool,
  mul,
  pad,
  reduceSum,
  resize,
  rmsNormalization,
  transposedConvolution,
} from "../index.ts";

interface Fixture {
  readonly cases: Readonly<
    Record<
      string,
      {
        readonly shapes: readonly (readonly number[])[];
        readonly shape: readonly number[];
        readonly y: readonly number[];
        readonly gradients: readonly (readonly number[])[];
      }
    >
  >;
}

const fixture = JSON.parse(readFileSync(new URL("./fixtures/image-ops.json", import.meta.url), "utf8")) as Fixture;

/** The formula of image_ops.py. */
function values(count: number, seed: number, ties: boolean): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => {
    const scaled = Math.sin(i * 12.9898 + seed * 78.233) * 43758.5453;
    const unit = scaled - Math.floor(scaled);
    return ties ? Math.floor(unit * 3) - 1 : unit * 2 - 1;
  });
}

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

describe("equal PyTorch's", () => {
  test.each(Object.keys(fixture.cases))("%s", async (name) => {
    const expected = fixture.cases[name] as Fixture["cases"][string];
    const inputs = expected.shapes.map((shape, i) => input(`x${i}`, "float32", shape));
    const y = (builds[name] as Build)(...(inputs as [Tensor, Tensor, Tensor?]));
    expect(y.shape).toEqual(expected.shape);
    const weights = input("weights", "float32", y.shape);
    const slopes = gradients(reduceSum(mul(y, weights)), inputs);
    const outputs = Object.fromEntries([y, ...slopes].map((tensor, i) => [`out${i}`, tensor] as const));
    const session = await createSession(buildGraph(outputs, { inputs: [...inputs, weights] }));
    const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
    const results = await session.run({
      weights: { data: values(size(expected.shape), 9, false), shape: expected.shape },
      ...Object.fromEntries(
        expected.shapes.map((shape, i) => [
          `x${i}`,
          { data: values(size(shape), i + 1, name.includes("ties")), shape },
        ]),
      ),
    });
    await session.close();
    for (const [i, list] of [expected.y, ...expected.gradients].entries()) {
      const found = results[`out${i}`]?.data as Float32Array;
      expect(found).toHaveLength(list.length);
      const worst = Math.max(
        ...list.map((value, k) => Math.abs(value - (found[k] ?? Number.NaN)) / (1 + Math.abs(value))),
      );
      expect(worst, i === 0 ? "result" : `gradient ${i - 1}`).toBeLessThan(1e-5);
    }
  });
});
