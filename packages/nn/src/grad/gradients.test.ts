// The reverse walk: symbolic batch sizes, tensors used twice, parts that do not count, and refusals.
import { describe, expect, test } from "vitest";
import { applyAll, withGradient } from "../graph/apply.ts";
import type { Tensor, TensorData } from "../index.ts";
import {
  add,
  argMax,
  batchNormalizationTraining,
  buildGraph,
  cast,
  createSession,
  crossEntropy,
  exp,
  gemm,
  gradients,
  input,
  mul,
  NnError,
  reduceMean,
  reduceSum,
  relu,
  slice,
  split,
  verify,
} from "../index.ts";

const matrix = (data: readonly number[], ...shape: number[]): TensorData => ({ data: Float32Array.from(data), shape });

async function evaluate(outputs: Record<string, Tensor>, feeds: Record<string, TensorData>) {
  const graph = buildGraph(outputs);
  verify(graph);
  const session = await createSession(graph);
  const wanted = new Set(session.inputs.map(({ name }) => name));
  const results = await session.run(Object.fromEntries(Object.entries(feeds).filter(([name]) => wanted.has(name))));
  await session.close();
  return results;
}

describe("gradients", () => {
  test("of one tensor that is both scale and bias of a batch normalisation add up", async () => {
    const x = input("x", "float32", [4, 2, 3]);
    const [scale, bias, both] = ["scale", "bias", "both"].map((name) => input(name, "float32", [2])) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const slopes = (s: Tensor, b: Tensor, wrt: readonly Tensor[]): Tensor[] => {
      const { y } = batchNormalizationTraining(x, s, b);
      return gradients(reduceSum(mul(mul(y, y), x)), [...wrt, x]);
    };
    const [toScale, toBias, toX] = slopes(scale, bias, [scale, bias]) as [Tensor, Tensor, Tensor];
    const [toBoth, toXOfBoth] = slopes(both, both, [both]) as [Tensor, Tensor];
    const values = matrix([0.7, -1.3], 2);
    const numbers = matrix(
      Array.from({ length: 24 }, (_, i) => Math.sin(i * 1.3)),
      4,
      2,
      3,
    );
    const feeds = { x: numbers, scale: values, bias: values, both: values };
    const apart = await evaluate({ sum: add(toScale, toBias), toX }, feeds);
    const joined = await evaluate({ toBoth, toXOfBoth }, feeds);
    const list = (data: TensorData | undefined): number[] => Array.from(data?.data as Float32Array);
    for (const [i, value] of list(apart.sum).entries()) expect(list(joined.toBoth)[i]).toBeCloseTo(value, 4);
    for (const [i, value] of list(apart.toX).entries()) expect(list(joined.toXOfBoth)[i]).toBeCloseTo(value, 4);
  });

  test("given by hand reach tensors that the value was not computed from", async () => {
    const x = input("x", "float32", [2]);
    // The rule reads a view of x that no operator of the value has for an input.
    const view = mul(x, 3);
    const y = withGradient(mul(x, x), [view], (gradient, [own]) => [mul(gradient, own as Tensor)]);
    const { toX } = await evaluate({ toX: gradients(reduceSum(y), [x])[0] as Tensor }, { x: matrix([1, 2], 2) });
    expect(Array.from(toX?.data as Float32Array)).toEqual([9, 18]);
  });

  test("with a symbolic batch equal those with a fixed one", async () => {
    const build = (batch: number | string): Record<string, Tensor> => {
      const x = input("x", "float32", [batch, 2]);
      const target = input("target", "int64", [batch]);
      const [weight, bias] = [input("weight", "float32", [2, 3]), input("bias", "float32", [3])];
      const hidden = relu(gemm(x, weight, bias));
      const shifted = add(hidden, mul(reduceMean(hidden, 0, { keepDims: true }), 0.5));
      const [toWeight, toBias, toX] = gradients(crossEntropy()(shifted, target), [weight, bias, x]);
      return { toWeight: toWeight as Tensor, toBias: toBias as Tensor, toX: toX as Tensor };
    };
    const feeds = {
      x: matrix([1, 2, -1, 0.5, 3, -2, 0.1, 0.2], 4, 2),
      target: { data: BigInt64Array.of(0n, 2n, 1n, 1n), shape: [4] },
      weight: matrix([0.1, -0.2, 0.3, 0.4, 0.5, -0.6], 2, 3),
      bias: matrix([0.5, 0.1, 0.2], 3),
    };
    const [symbolic, fixed] = [await evaluate(build("N"), feeds), await evaluate(build(4), feeds)];
    for (const [name, { data, shape }] of Object.entries(fixed)) {
      expect(symbolic[name]?.shape).toEqual(shape);
      data.forEach((value: unknown, i: number) => {
        expect(Number(symbolic[name]?.data[i])).toBeCloseTo(Number(value), 6);
      });
    }
  });

  test("add up over every use, and are zero where the loss does not depend", async () => {
    const [x, unused] = [input("x", "float32", [2]), input("unused", "float32", [3])];
    const [toX, toUnused, toLoss] = gradients(reduceSum(add(mul(x, x), mul(x, 3))), [x, unused, x]);
    const results = await evaluate(
      { toX: toX as Tensor, toUnused: toUnused as Tensor, again: toLoss as Tensor },
      { x: matrix([1, 2], 2) },
    );
    expect(results.toX?.data).toEqual(Float32Array.of(5, 7));
    expect(results.again?.data).toEqual(Float32Array.of(5, 7));
    expect(results.toUnused?.data).toEqual(new Float32Array(3));
  });

  test("stop at discrete operators and do not run into a target from behind", async () => {
    const x = input("x", "float32", [1, 3]);
    const hidden = exp(x);
    const chosen = cast(argMax(hidden), "float32");
    const [toHidden, toX] = gradients(reduceSum(add(hidden, chosen)), [hidden, x]);
    const results = await evaluate(
      { toHidden: toHidden as Tensor, toX: toX as Tensor },
      { x: matrix([0, 0, 0], 1, 3) },
    );
    expect(results.toHidden?.data).toEqual(Float32Array.of(1, 1, 1));
    expect(results.toX?.data).toEqual(Float32Array.of(1, 1, 1));
  });

  test("of an output other than the first", async () => {
    const x = input("x", "float32", [4]);
    const second = split(x, [1, 3], 0)[1] as Tensor;
    const [toX] = gradients(reduceSum(mul(second, 2)), [x]);
    expect((await evaluate({ toX: toX as Tensor }, {})).toX?.data).toEqual(Float32Array.of(0, 2, 2, 2));
  });

  test.each<[string, string, () => unknown]>([
    [
      "a loss that is no scalar",
      "shape-mismatch",
      () => {
        const x = input("x", "float32", [2]);
        return gradients(mul(x, 2), [x]);
      },
    ],
    [
      "an operator without a rule",
      "no-gradient",
      () => {
        const x = input("x", "float32", [2]);
        // Its scale is a float that depends on x.
        return gradients(applyAll("DynamicQuantizeLinear", [x], {}, 3)[1] as Tensor, [x]);
      },
    ],
    [
      "a slice of unknown size",
      "no-gradient",
      () => {
        const x = input("x", "float32", ["N"]);
        return gradients(reduceSum(slice(x, 1, 3)), [x]);
      },
    ],
  ])("%s is refused", (_, code, action) => {
    let caught: unknown;
    try {
      action();
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(NnError);
    expect((caught as NnError).code).toBe(code);
  });
});
