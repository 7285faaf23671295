// Layers by a function of tensors: the same as layers by init and apply, in every use that a layer has.
import { describe, expect, test } from "vitest";
import type { Layer, Parameters, Tensor, TensorData } from "../index.ts";
import {
  add,
  buildGraph,
  compose,
  constantParameters,
  createSession,
  dropout,
  evaluationContext,
  fit,
  freeze,
  gelu,
  gradients,
  input,
  layerNorm,
  linear,
  listParameters,
  meanSquaredError,
  mul,
  multiHeadAttention,
  NnError,
  reduceMean,
  reduceSum,
  relu,
  residual,
  rng,
  sequential,
  sgd,
  sub,
  summarize,
} from "../index.ts";

const x: TensorData = { data: Float32Array.from({ length: 12 }, (_, i) => Math.sin(3 * i)), shape: [3, 4] };

async function run(layer: Layer, parameters: Parameters): Promise<number[]> {
  const y = layer.apply(constantParameters(parameters), input("x", "float32", ["N", 4]), evaluationContext());
  const session = await createSession(buildGraph({ y }));
  const result = await session.run({ x });
  await session.close();
  return [...((result.y as TensorData).data as Float32Array)];
}

const inner = () => sequential(layerNorm(), linear(6), gelu(), linear(4));
const own = () => compose("own", { inner: inner() }, ({ inner: f }, given) => add(given, f(given)));
const paths = (parameters: Parameters): readonly string[] => listParameters(parameters).map(({ path }) => path);

describe("a composed layer", () => {
  test("is the layer that init and apply would make: values, parameters and their names", async () => {
    const [a, b] = [own(), residual(inner())];
    const [ofA, ofB] = [a.init(["N", 4], rng(2)), b.init(["N", 4], rng(2))];
    expect(ofA).toEqual(ofB);
    expect(paths(ofA)).toEqual([
      "inner.0.scale",
      "inner.0.bias",
      "inner.1.weight",
      "inner.1.bias",
      "inner.3.weight",
      "inner.3.bias",
    ]);
    expect(await run(a, ofA)).toEqual(await run(b, ofB));
    const summary = ({ layers, total }: ReturnType<typeof summarize>) => [layers, { ...total, name: "" }];
    expect(summary(summarize(a, [4])).at(-1)).toEqual(summary(summarize(b, [4])).at(-1));
    expect(summarize(a, [4]).layers.map(({ path }) => path)).toContain("inner.1");
  });

  test("trains as that layer does, epoch by epoch", async () => {
    const target = { data: Float32Array.from({ length: 12 }, (_, i) => Math.cos(i)), shape: [3, 4] };
    const losses = async (net: Layer): Promise<number[]> => {
      const options = {
        data: { inputs: x, target },
        loss: meanSquaredError(),
        optimizer: sgd({ lr: 0.1 }),
        batchSize: 3,
        epochs: 4,
      };
      const model = await fit(net, { ...options, seed: 1 }).result;
      await model.close();
      return model.history.map(({ loss }) => loss);
    };
    const curve = await losses(sequential(own(), linear(4)));
    expect(curve).toEqual(await losses(sequential(residual(inner()), linear(4))));
    expect(curve[3]).toBeLessThan(curve[0] as number);
  });

  test("has gradients that finite differences confirm, of parameters of its own too", async () => {
    const net = compose(
      "scaled",
      {
        scale: (shape: readonly (number | string)[]) => ({
          data: new Float32Array(Number(shape[1])).fill(0.5),
          shape: [Number(shape[1])],
        }),
        f: linear(4),
      },
      ({ scale, f }, given) => mul(scale, f(given)),
    );
    const parameters = net.init(["N", 4], rng(3));
    const scale = parameters.scale as TensorData;
    const free = input("scale", "float32", [4]);
    const given = input("x", "float32", ["N", 4]);
    const y = net.apply({ ...constantParameters(parameters), scale: free }, given, evaluationContext());
    const loss = reduceSum(mul(y, y));
    const [slope] = gradients(loss, [free]);
    const session = await createSession(buildGraph({ loss, slope: slope as Tensor }));
    const at = async (data: Float32Array) => session.run({ x, scale: { data, shape: [4] } });
    const found = (await at(scale.data as Float32Array)).slope?.data as Float32Array;
    for (let i = 0; i < 4; i++) {
      const [up, down] = [1e-2, -1e-2].map((step) =>
        Float32Array.from(scale.data as Float32Array, (v, j) => (i === j ? v + step : v)),
      );
      const [high, low] = [await at(up as Float32Array), await at(down as Float32Array)];
      const difference = (Number(high.loss?.data[0]) - Number(low.loss?.data[0])) / 2e-2;
      expect(found[i]).toBeCloseTo(difference, 2);
    }
    await session.close();
  });

  test("nests, takes and gives several tensors by name, and shares what it calls twice", async () => {
    type Pair = Readonly<Record<"left" | "right", Tensor>>;
    const twin = compose("twin", { tower: own() }, ({ tower }, { left, right }: Pair) => {
      const [a, b] = [tower(left), tower(right)];
      return { distance: reduceMean(mul(sub(a, b), sub(a, b)), 1), first: a };
    });
    const parameters = twin.init({ left: ["N", 4], right: ["N", 4] }, rng(4));
    expect(paths(parameters)[0]).toBe("tower.inner.0.scale");
    const leaf = (name: string) => input(name, "float32", ["N", 4]);
    const out = twin.apply(
      constantParameters(parameters),
      { left: leaf("left"), right: leaf("right") },
      evaluationContext(),
    );
    const session = await createSession(buildGraph(out));
    const { distance } = await session.run({ left: x, right: x });
    expect([...(distance?.data ?? [])]).toEqual([0, 0, 0]);
    await session.close();
  });

  test("hands masks on to the layers that know them", async () => {
    const net = compose(
      "attends",
      { attention: multiHeadAttention(2) },
      ({ attention }, given: Readonly<Record<"x" | "mask", Tensor>>) => add(given.x, attention(given)),
    );
    const parameters = net.init({ x: ["N", 3, 4], mask: ["N", 3] }, rng(5));
    const inputs = { x: input("x", "float32", ["N", 3, 4]), mask: input("mask", "float32", ["N", 3]) };
    const session = await createSession(
      buildGraph({ y: net.apply(constantParameters(parameters), inputs, evaluationContext()) }),
    );
    const first = async (last: number) => {
      const data = Float32Array.from(x.data as Float32Array);
      data[11] = last;
      const { y } = await session.run({
        x: { data, shape: [1, 3, 4] },
        mask: { data: Float32Array.of(1, 1, 0), shape: [1, 3] },
      });
      return [...((y as TensorData).data as Float32Array)].slice(0, 8);
    };
    expect(await first(9)).toEqual(await first(-9));
    await session.close();
  });

  test("knows training: dropout, state that it updates itself, and frozen parts", () => {
    const mean = { data: new Float32Array(4), shape: [4], trained: false as const };
    const net = compose("centred", { mean, drop: dropout(0.5), f: linear(4) }, (parts, given, context) => {
      if (context.training) context.update(parts.mean, reduceMean(given, 0));
      return parts.drop(parts.f(sub(given, parts.mean)));
    });
    const parameters = net.init(["N", 4], rng(6));
    expect(paths(freeze(parameters, (path) => path.startsWith("f")))).toEqual(["mean", "f.weight", "f.bias"]);
    const seen: string[] = [];
    const context = (path: string): ReturnType<typeof evaluationContext> => ({
      ...evaluationContext(),
      training: true,
      child: (name) => context(`${path}/${name}`),
      randomBits(shape) {
        seen.push(`bits ${path}`);
        return input("bits", "int32", shape);
      },
      update: () => seen.push(`update ${path}`),
      observe: (name) => seen.push(`${name} ${path}`),
    });
    net.apply(constantParameters(parameters), input("x", "float32", [2, 4]), context(""));
    expect(seen).toEqual(["update ", "linear(4) /f", "bits /drop", "dropout(0.5) /drop"]);
  });

  test.each<[string, () => unknown, RegExp]>([
    [
      "a part that is not called",
      () => compose("a", { f: linear(2), g: linear(3) }, ({ f }, given) => f(given)),
      /"g" was not called/,
    ],
    ["a function in the place of a layer", () => compose("a", { f: relu as never }, (_, given) => given), /"f"/],
    [
      "data that are no float32",
      () => compose("a", { w: { data: Float64Array.of(1), shape: [1] } }, ({ w }, given) => mul(w, given)),
      /"w"/,
    ],
  ])("says where it has %s", (_, make, message) => {
    const start = () => (make() as Layer).init(["N", 4], rng(1));
    expect(start).toThrow(NnError);
    expect(start).toThrow(message);
  });
});
