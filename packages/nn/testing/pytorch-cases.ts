// An operator's result and gradients against PyTorch's, from a fixture whose inputs follow from a formula.
import { createSession } from "#session";
import { gradients } from "../src/grad/gradients.ts";
import { buildGraph } from "../src/graph/build.ts";
import type { Tensor } from "../src/graph/node.ts";
import { sizeOf } from "../src/shape.ts";
import { mul } from "../src/tensor/elementwise.ts";
import { input } from "../src/tensor/leaves.ts";
import { reduceSum } from "../src/tensor/reductions.ts";

export interface PyTorchCase {
  readonly shapes: readonly (readonly number[])[];
  readonly shape: readonly number[];
  readonly y: readonly number[];
  readonly gradients: readonly (readonly number[])[];
  /** Inputs are drawn from this range (default -1 to 1). */
  readonly range?: readonly [number, number];
}

/** low + (high - low) · frac(sin(i · 12.9898 + seed · 78.233) · 43758.5453); whole numbers -1, 0, 1 with ties. */
function values(count: number, seed: number, [low, high]: readonly [number, number], ties: boolean): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => {
    const scaled = Math.sin(i * 12.9898 + seed * 78.233) * 43758.5453;
    const unit = scaled - Math.floor(scaled);
    return ties ? Math.floor(unit * 3) - 1 : low + (high - low) * unit;
  });
}

/** The largest |ours - PyTorch's| / (1 + |PyTorch's|) of the result and of the gradient of each input. */
export async function distancesToPyTorch(
  expected: PyTorchCase,
  build: (...inputs: readonly Tensor[]) => Tensor,
  ties = false,
): Promise<number[]> {
  const inputs = expected.shapes.map((shape, i) => input(`x${i}`, "float32", shape));
  const y = build(...inputs);
  if (String(y.shape) !== String(expected.shape)) throw new Error(`shape ${y.shape} is not ${expected.shape}`);
  const weights = input("weights", "float32", y.shape);
  const slopes = gradients(reduceSum(mul(y, weights)), inputs);
  const outputs = Object.fromEntries([y, ...slopes].map((tensor, i) => [`out${i}`, tensor] as const));
  const session = await createSession(buildGraph(outputs, { inputs: [...inputs, weights] }));
  const results = await session.run({
    weights: { data: values(sizeOf(expected.shape), 9, [-1, 1], false), shape: expected.shape },
    ...Object.fromEntries(
      expected.shapes.map((shape, i) => [
        `x${i}`,
        { data: values(sizeOf(shape), i + 1, expected.range ?? [-1, 1], ties), shape },
      ]),
    ),
  });
  await session.close();
  return [expected.y, ...expected.gradients].map((list, i) => {
    const found = results[`out${i}`]?.data ?? [];
    if (found.length !== list.length) return Number.POSITIVE_INFINITY;
    const each = list.map((value, k) => Math.abs(value - Number(found[k])) / (1 + Math.abs(value)));
    return each.some(Number.isNaN) ? Number.POSITIVE_INFINITY : Math.max(...each);
  });
}
