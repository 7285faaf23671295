// Norms and distances at 0 in many spellings, and roots that stand for none.
import { describe, expect, test } from "vitest";
import { apply } from "../graph/apply.ts";
import { einsum } from "../graph/einsum.ts";
import type { Tensor } from "../index.ts";
import {
  abs,
  add,
  buildGraph,
  clip,
  concat,
  constant,
  createSession,
  div,
  gradients,
  input,
  matMul,
  max,
  mul,
  pow,
  reduceMean,
  reduceSum,
  relu,
  reshape,
  sigmoid,
  slice,
  sqrt,
  sub,
  transpose,
  unsqueeze,
} from "../index.ts";

const rows = [0, 0, 3, -4];

/** Slopes of the sum of `y` at rows [0, 0] and [3, -4]. */
async function slopes(y: (x: Tensor) => Tensor): Promise<number[]> {
  const x = input("x", "float32", [2, 2]);
  const [slope] = gradients(reduceSum(y(x)), [x]);
  const session = await createSession(buildGraph({ slope: slope as Tensor }, { inputs: [x] }));
  const results = await session.run({ x: { data: Float32Array.from(rows), shape: [2, 2] } });
  await session.close();
  return Array.from(results.slope?.data as Float32Array);
}

const column = (x: Tensor, i: number): Tensor => slice(x, i, i + 1, 1);
/** The number of columns as the graph calculates it. */
const width = (x: Tensor): Tensor => apply("Cast", [apply("Shape", [x], { start: 1 })], { to: 1 });

const norms: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  "a product with itself": (x) => sqrt(reduceSum(mul(x, x), 1)),
  "a square": (x) => sqrt(reduceSum(pow(x, 2), 1)),
  "a square of magnitudes": (x) => sqrt(reduceSum(mul(abs(x), abs(x)), 1)),
  "a power of 1/2": (x) => pow(reduceSum(mul(x, x), 1), 0.5),
  "two columns": (x) => sqrt(add(mul(column(x, 0), column(x, 0)), pow(column(x, 1), 2))),
  "an Einstein sum": (x) => sqrt(einsum("bi,bi->b", x, x)),
  "a product of a row and its column": (x) => sqrt(reshape(matMul(unsqueeze(x, 1), unsqueeze(x, 2)), [-1])),
  "a scaled mean": (x) => sqrt(mul(reduceMean(mul(x, x), 1), 2)),
  "a sum over a calculated number": (x) => mul(sqrt(div(reduceSum(mul(x, x), 1), width(x))), Math.SQRT2),
  "a sum that was moved": (x) => sqrt(transpose(unsqueeze(reduceSum(mul(x, x), 1, { keepDims: true }), 0))),
  "joined sums": (x) => div(sqrt(concat([reduceSum(mul(x, x), 1), reduceSum(pow(x, 2), 1)], 0)), 2),
  "a sum that is kept above 0": (x) => sqrt(clip(reduceSum(mul(x, x), 1), 0)),
  "a maximum with 0": (x) => sqrt(max(reduceSum(mul(x, x), 1), 0)),
  "a difference that is cut off": (x) => sqrt(relu(sub(mul(reduceSum(mul(x, x), 1), 2), reduceSum(pow(x, 2), 1)))),
  "a root of a product": (x) => sqrt(sqrt(mul(reduceSum(mul(x, x), 1), reduceSum(pow(x, 2), 1)))),
};

describe("the slope of a norm is 0 at 0", () => {
  test.each(Object.entries(norms))("written as %s", async (_, norm) => {
    const found = await slopes(norm);
    [0, 0, 0.6, -0.8].forEach((right, i) => {
      expect(found[i]).toBeCloseTo(right, 5);
    });
  });

  test("of higher powers", async () => {
    for (const p of [3, 4, 2.5]) {
      const found = await slopes((x) => pow(reduceSum(pow(abs(x), p), 1), 1 / p));
      const size = (3 ** p + 4 ** p) ** (1 / p);
      [0, 0, (3 / size) ** (p - 1), -((4 / size) ** (p - 1))].forEach((right, i) => {
        expect(found[i]).toBeCloseTo(right, 5);
      });
    }
  });
});

describe("other roots keep their slope", () => {
  test("which is infinite at 0", async () => {
    expect((await slopes((x) => sqrt(abs(sub(x, constant([0, 0])))))).slice(2)).toEqual([
      expect.closeTo(0.5 / Math.sqrt(3), 5),
      expect.closeTo(-0.25, 5),
    ]);
    expect((await slopes((x) => sqrt(add(x, constant([0, 4])))))[0]).toBe(Number.POSITIVE_INFINITY);
    expect((await slopes((x) => pow(mul(x, sigmoid(x)), 0.5)))[0]).toBeNaN();
  });

  test("and one with a number added is finite", async () => {
    const found = await slopes((x) => sqrt(add(reduceSum(mul(x, x), 1), 1e-6)));
    expect(found.slice(0, 2)).toEqual([0, 0]);
    expect(found[2]).toBeCloseTo(0.6, 5);
  });
});
