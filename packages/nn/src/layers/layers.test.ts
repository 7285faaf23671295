// Layers: what they compute, what they start from, what they refuse; the generator and dropout's statistics.
import { describe, expect, test } from "vitest";
import { apply } from "../graph/apply.ts";
import type { Layer, Parameters, TensorData } from "../index.ts";
import {
  buildGraph,
  constantParameters,
  countParameters,
  createSession,
  dropout,
  embedding,
  evaluationContext,
  gelu,
  input,
  layerNorm,
  linear,
  listParameters,
  NnError,
  relu,
  rng,
  sequential,
} from "../index.ts";

async function run(layer: Layer, parameters: Parameters, x: TensorData, dtype: "float32" | "int64" = "float32") {
  const y = layer.apply(
    constantParameters(parameters),
    input("x", dtype, ["N", ...x.shape.slice(1)]),
    evaluationContext(),
  );
  const session = await createSession(buildGraph({ y }));
  const { y: result } = await session.run({ x });
  await session.close();
  return result as TensorData;
}

const numbers = ({ data }: TensorData): number[] =>
  Array.from(data as Float32Array, (value) => Math.round(value * 1e4) / 1e4);

describe("layers", () => {
  test("linear infers its input size and starts within ±1/√in", async () => {
    const parameters = linear(8).init(["N", 16], rng(1));
    expect(listParameters(parameters).map(({ path, value }) => [path, value.shape])).toEqual([
      ["weight", [16, 8]],
      ["bias", [8]],
    ]);
    const weights = Array.from((parameters.weight as TensorData).data as Float32Array);
    expect(Math.max(...weights.map(Math.abs))).toBeLessThanOrEqual(0.25);
    expect(Math.max(...weights)).toBeGreaterThan(0.2);
    const own = {
      weight: { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] },
      bias: { data: Float32Array.of(10, 20), shape: [2] },
    };
    expect(numbers(await run(linear(2), own, { data: Float32Array.of(1, 1), shape: [1, 2] }))).toEqual([14, 26]);
    expect(numbers(await run(linear(2), own, { data: Float32Array.of(1, 1), shape: [1, 1, 2] }))).toEqual([14, 26]);
    expect(countParameters(linear(3, { bias: false }).init([1, 5], rng(1)))).toBe(15);
  });

  test("embedding looks rows up, also by float indices", async () => {
    const parameters = { weight: { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] } };
    const ids = { data: BigInt64Array.of(1n, 0n), shape: [2] };
    expect(numbers(await run(embedding(2, 2), parameters, ids, "int64"))).toEqual([3, 4, 1, 2]);
    expect(numbers(await run(embedding(2, 2), parameters, { data: Float32Array.of(1), shape: [1] }))).toEqual([3, 4]);
  });

  test("layerNorm, relu and gelu compute what their papers say", async () => {
    const x = { data: Float32Array.of(1, 3), shape: [1, 2] };
    const layer = layerNorm({ epsilon: 0 });
    expect(numbers(await run(layer, layer.init(["N", 2], rng(0)), x))).toEqual([-1, 1]);
    const signed = { data: Float32Array.of(-1, 1), shape: [1, 2] };
    expect(numbers(await run(relu(), {}, signed))).toEqual([0, 1]);
    expect(numbers(await run(gelu(), {}, signed))).toEqual([-0.1587, 0.8413]);
  });

  test("sequential infers sizes, nests parameters and applies in order", async () => {
    const net = sequential(linear(5), relu(), sequential(linear(4), layerNorm()), linear(2));
    const parameters = net.init(["N", 3], rng(2));
    expect(listParameters(parameters).map(({ path }) => path)).toEqual([
      "0.weight",
      "0.bias",
      "2.0.weight",
      "2.0.bias",
      "2.1.scale",
      "2.1.bias",
      "3.weight",
      "3.bias",
    ]);
    expect((await run(net, parameters, { data: new Float32Array(6), shape: [2, 3] })).shape).toEqual([2, 2]);
    expect(net.init(["N", 3], rng(2))).toEqual(parameters);
  });

  test("an input of unknown size is refused", () => {
    expect(() => linear(2).init(["N", "M"], rng(1))).toThrow(NnError);
    expect(() => dropout(1)).toThrow(NnError);
  });
});

describe("the generator", () => {
  test("repeats, forks independently of draws, and is uniform and normal", () => {
    const first = rng(42);
    const again = rng(42);
    expect([first.bits(), first.uniform()]).toEqual([again.bits(), again.uniform()]);
    expect(first.fork("a", 1).bits()).toBe(rng(42).fork("a", 1).bits());
    expect(first.fork("a", 1).bits()).not.toBe(first.fork("a", 2).bits());
    const values = Array.from({ length: 20_000 }, () => first.uniform());
    expect(values.reduce((a, b) => a + b) / 20_000).toBeCloseTo(0.5, 1);
    const normal = Array.from({ length: 20_000 }, () => first.normal());
    expect(normal.reduce((a, b) => a + b * b, 0) / 20_000).toBeCloseTo(1, 1);
    expect([...first.permutation(100)].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });
});

describe("dropout", () => {
  test("keeps the right share, with rows and columns uncorrelated", async () => {
    // The bits are products of two odd vectors modulo 2³², as the training step makes them.
    const [rows, columns] = [400, 300];
    const random = rng(8);
    const odd = (count: number) => Int32Array.from({ length: count }, () => random.bits() | 1);
    const x = input("x", "float32", [rows, columns]);
    const a = input("a", "int32", [rows, 1]);
    const b = input("b", "int32", [columns]);
    const context = { ...evaluationContext(), training: true, randomBits: () => apply("Mul", [a, b]) };
    const session = await createSession(buildGraph({ y: dropout(0.3).apply({}, x, context) }));
    const { y } = await session.run({
      x: { data: new Float32Array(rows * columns).fill(1), shape: [rows, columns] },
      a: { data: odd(rows), shape: [rows, 1] },
      b: { data: odd(columns), shape: [columns] },
    });
    await session.close();
    const kept = Array.from(y?.data as Float32Array, (value) => (value === 0 ? 0 : 1) as number);
    const share = kept.reduce((p, q) => p + q) / kept.length;
    expect(share).toBeCloseTo(0.7, 2);
    expect(Math.max(...((y as TensorData).data as Float32Array))).toBeCloseTo(1 / 0.7, 5);
    // Agreement of neighbouring rows and of neighbouring columns is that of independent masks: 0.7² + 0.3².
    const agreement = (stride: number) => {
      const pairs = kept.slice(stride).map((value, i): number => (value === kept[i] ? 1 : 0));
      return pairs.reduce((p, q) => p + q) / pairs.length;
    };
    expect(agreement(columns)).toBeCloseTo(0.58, 1);
    expect(agreement(1)).toBeCloseTo(0.58, 1);
    // Row and column totals spread as binomial ones do.
    const totals = Array.from({ length: rows }, (_, i) =>
      kept.slice(i * columns, (i + 1) * columns).reduce((p, q) => p + q),
    );
    const variance = totals.reduce((sum, total) => sum + (total - columns * share) ** 2, 0) / rows;
    expect(variance / (columns * 0.21)).toBeGreaterThan(0.6);
    expect(variance / (columns * 0.21)).toBeLessThan(1.6);
  });
});
