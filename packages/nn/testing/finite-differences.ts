// The gradient conformance harness: a rule's gradient against central finite differences.

import { createSession } from "#session";
import { gradients } from "../src/grad/gradients.ts";
import { buildGraph } from "../src/graph/build.ts";
import type { Tensor } from "../src/graph/node.ts";
import { verify } from "../src/graph/verify.ts";
import { sizeOf } from "../src/shape.ts";
import { mul } from "../src/tensor/elementwise.ts";
import { constant, input } from "../src/tensor/leaves.ts";
import { reduceSum } from "../src/tensor/reductions.ts";

/** One line of the conformance table. */
export interface GradientCase {
  /** The operator whose rule is tested. */
  readonly op: string;
  /** Shapes of the float inputs that are differentiated. */
  readonly shapes: readonly (readonly number[])[];
  readonly build: (...inputs: readonly Tensor[]) => Tensor;
  /** Values are drawn from this range (default -2 to 2). */
  readonly range?: readonly [number, number];
  /** "float32" where ONNX Runtime has no float64 kernel; the tolerance is then wider. */
  readonly dtype?: "float32" | "float64";
}

/** A small deterministic generator for test values, uniform in [low, high). */
function testValues(count: number, seed: number, [low, high]: readonly [number, number]): number[] {
  let state = (seed * 2654435761) >>> 0 || 1;
  return Array.from({ length: count }, () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return low + ((high - low) * state) / 2 ** 32;
  });
}

export interface Comparison {
  /** Largest |analytic - numeric| / (1 + |numeric|) over all elements. */
  readonly error: number;
  readonly tolerance: number;
}

/** Runs one case: the loss is a random weighting of the output, so that every element counts differently. */
export async function compareWithFiniteDifferences(test: GradientCase): Promise<Comparison> {
  const dtype = test.dtype ?? "float64";
  const pack = (values: readonly number[]) =>
    dtype === "float64" ? Float64Array.from(values) : Float32Array.from(values);
  const inputs = test.shapes.map((shape, i) => input(`x${i}`, dtype, shape));
  const y = test.build(...inputs);
  const outShape = y.shape.map(Number);
  const weights = constant({ data: pack(testValues(sizeOf(outShape), 99, [-1, 1])), shape: outShape });
  const loss = reduceSum(mul(y, weights));
  const slopes = gradients(loss, inputs);
  const forward = buildGraph({ loss }, { inputs });
  const backward = buildGraph(Object.fromEntries(slopes.map((slope, i) => [`g${i}`, slope])), { inputs });
  verify(forward);
  verify(backward);
  const [f, g] = await Promise.all([createSession(forward), createSession(backward)]);
  const values = test.shapes.map((shape, i) => testValues(sizeOf(shape), i + 7, test.range ?? [-2, 2]));
  const feeds = () =>
    Object.fromEntries(values.map((list, i) => [`x${i}`, { data: pack(list), shape: test.shapes[i] ?? [] }]));
  const analytic = await g.run(feeds());
  const step = dtype === "float64" ? 1e-5 : 1e-2;
  const at = async (list: number[], k: number, value: number): Promise<number> => {
    const kept = list[k] as number;
    list[k] = value;
    const { loss: result } = await f.run(feeds());
    list[k] = kept;
    return Number(result?.data[0]);
  };
  let error = 0;
  for (const [i, list] of values.entries()) {
    for (const k of list.keys()) {
      const x = list[k] as number;
      const numeric = ((await at(list, k, x + step)) - (await at(list, k, x - step))) / (2 * step);
      const exact = Number(analytic[`g${i}`]?.data[k]);
      const difference = Math.abs(exact - numeric) / (1 + Math.abs(numeric));
      error = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(error, difference);
    }
  }
  await Promise.all([f.close(), g.close()]);
  return { error, tolerance: dtype === "float64" ? 1e-6 : 5e-3 };
}
