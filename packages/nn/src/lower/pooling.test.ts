// The passes keep the numbers: values, and gradients of input, weight and bias, ties included; and the graph verifies.
import { describe, expect, test } from "vitest";
import type { Tensor } from "../index.ts";
import {
  buildGraph,
  convolution,
  createSession,
  gradients,
  input,
  maxPool,
  mul,
  reduceSum,
  relu,
  rng,
  verify,
} from "../index.ts";
import { commutePooling } from "./commute-pooling.ts";
import { phasePooling } from "./phase-pooling.ts";

interface Case {
  readonly title: string;
  readonly shapes: readonly (readonly number[])[];
  readonly build: (x: Tensor, weight: Tensor, bias: Tensor) => Tensor;
}

const conv = (x: Tensor, w: Tensor, b: Tensor, padding = 0): Tensor => convolution(x, w, b, { padding });
const cases: readonly Case[] = [
  { title: "5×5", shapes: [[2, 3, 12, 12], [4, 3, 5, 5], [4]], build: (x, w, b) => maxPool(relu(conv(x, w, b)), 2) },
  {
    title: "3×3 padded",
    shapes: [[2, 2, 6, 8], [3, 2, 3, 3], [3]],
    build: (x, w, b) => maxPool(relu(conv(x, w, b, 1)), 2),
  },
  { title: "rows left over", shapes: [[2, 2, 9, 8], [3, 2, 3, 3], [3]], build: (x, w, b) => maxPool(conv(x, w, b), 2) },
  { title: "even kernel", shapes: [[1, 2, 9, 10], [3, 2, 2, 4], [3]], build: (x, w, b) => maxPool(conv(x, w, b), 2) },
  {
    title: "tiles of 3",
    shapes: [[2, 2, 11, 11], [3, 2, 3, 3], [3]],
    build: (x, w, b) => maxPool(relu(conv(x, w, b)), 3),
  },
];

async function numbers(
  y: Tensor,
  inputs: readonly Tensor[],
  arrays: readonly Float32Array[],
): Promise<readonly number[][]> {
  const random = rng(3);
  const weights = Float32Array.from({ length: y.shape.map(Number).reduce((a, b) => a * b, 1) }, () =>
    random.uniform(-1, 1),
  );
  const factor = input("factor", "float32", y.shape);
  const slopes = gradients(reduceSum(mul(y, factor)), inputs);
  const named = Object.fromEntries([y, ...slopes].map((tensor, i) => [`out${i}`, tensor] as const));
  const graph = buildGraph(named, { inputs: [...inputs, factor] });
  verify(graph);
  const session = await createSession(graph);
  const results = await session.run({
    factor: { data: weights, shape: y.shape.map(Number) },
    ...Object.fromEntries(
      inputs.map(({ shape }, i) => [`x${i}`, { data: arrays[i] as Float32Array, shape: shape.map(Number) }] as const),
    ),
  });
  await session.close();
  return [y, ...slopes].map((_, i) => Array.from(results[`out${i}`]?.data as Float32Array));
}

const opsOf = (y: Tensor): readonly string[] => buildGraph({ y }).nodes.map(({ op }) => op);

describe.each(["values at random", "whole numbers, with ties"])("%s", (kind) => {
  test.each(cases)("$title", async ({ shapes, build }) => {
    const random = rng(9);
    const draw = (): number => (kind === "values at random" ? random.uniform(-1, 1) : random.integer(3) - 1);
    const arrays = shapes.map((shape) => Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, draw));
    const inputs = shapes.map((shape, i) => input(`x${i}`, "float32", shape));
    const plain = build(...(inputs as [Tensor, Tensor, Tensor]));
    const expected = await numbers(plain, inputs, arrays);
    const [commuted] = commutePooling([plain]) as [Tensor];
    const [phased] = phasePooling([commuted], () => true) as [Tensor];
    expect(opsOf(phased)).toContain("SpaceToDepth");
    if (opsOf(plain).includes("Relu")) expect(opsOf(commuted).at(-1)).toBe("Relu");
    for (const tensor of [commuted, phased]) {
      const found = await numbers(tensor, inputs, arrays);
      for (const [i, list] of expected.entries()) {
        expect(found[i]).toHaveLength(list.length);
        expect(Math.max(...list.map((value, k) => Math.abs(value - (found[i]?.[k] ?? Number.NaN))))).toBeLessThan(2e-5);
      }
    }
  });
});

test("a ReLU or a convolution that something else reads stays as it is", () => {
  const x = input("x", "float32", [1, 1, 6, 6]);
  const y = convolution(x, input("w", "float32", [2, 1, 3, 3]));
  const r = relu(y);
  expect(commutePooling([maxPool(r, 2), r]).map(({ node }) => node.op)).toEqual(["MaxPool", "Relu"]);
  expect(opsOf(phasePooling([maxPool(y, 2), y], () => true)[0] as Tensor)).toEqual(["Conv", "MaxPool"]);
});
