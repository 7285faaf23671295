// Image layers: sizes and parameters, ready networks, state that is not trained, frozen parameters, autoencoders.
import { describe, expect, test } from "vitest";
import type { Layer, Parameters } from "../index.ts";
import {
  adam,
  avgPool2d,
  batchNorm,
  buildGraph,
  constantParameters,
  conv1d,
  conv2d,
  convTranspose1d,
  convTranspose2d,
  countParameters,
  createSession,
  crossEntropy,
  depthwiseConv2d,
  elbo,
  evaluationContext,
  fit,
  flatten,
  freeze,
  globalAvgPool,
  groupNorm,
  input,
  instanceNorm,
  lambda,
  layer,
  lenet,
  linear,
  listParameters,
  maxPool1d,
  maxPool2d,
  mobileCnn,
  mul,
  NnError,
  reduceMean,
  relu,
  residual,
  resnet18,
  resnetCifar,
  rmsNorm,
  rng,
  separableConv2d,
  sequential,
  sgd,
  vae,
  vaeConv,
} from "../index.ts";

const random = rng(3);
const numbers = (...shape: number[]) => ({
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.uniform()),
  shape,
});

function outputShape(own: Layer, shape: readonly (number | string)[]): readonly (number | string)[] {
  const parameters = own.init(shape, rng(1));
  return own.apply(constantParameters(parameters), input("x", "float32", shape), evaluationContext()).shape;
}

describe("sizes", () => {
  const image = ["N", 4, 9, 8];
  test.each<[string, Layer, readonly (number | string)[], readonly (number | string)[], number]>([
    ["conv1d", conv1d(6, 3, { stride: 2 }), ["N", 4, 9], ["N", 6, 4], 6 * 4 * 3 + 6],
    ["conv2d", conv2d(6, 3), image, ["N", 6, 7, 6], 6 * 4 * 9 + 6],
    ["conv2d same", conv2d(6, [3, 2], { padding: "same", bias: false }), image, ["N", 6, 9, 8], 6 * 4 * 6],
    ["conv2d in groups", conv2d(6, 3, { groups: 2 }), image, ["N", 6, 7, 6], 6 * 2 * 9 + 6],
    ["depthwise", depthwiseConv2d(3, { multiplier: 2 }), image, ["N", 8, 7, 6], 8 * 9 + 8],
    ["separable", separableConv2d(6, 3, { padding: 1 }), image, ["N", 6, 9, 8], 4 * 9 + 6 * 4 + 6],
    ["convTranspose1d", convTranspose1d(3, 4, { stride: 2, padding: 1 }), ["N", 4, 5], ["N", 3, 10], 4 * 3 * 4 + 3],
    ["convTranspose2d", convTranspose2d(3, 2, { stride: 2 }), image, ["N", 3, 18, 16], 4 * 3 * 4 + 3],
    ["maxPool1d", maxPool1d(2), ["N", 4, 9], ["N", 4, 4], 0],
    ["maxPool2d", maxPool2d(3, { stride: 2, padding: 1 }), image, ["N", 4, 5, 4], 0],
    ["avgPool2d", avgPool2d([3, 2]), image, ["N", 4, 3, 4], 0],
    ["globalAvgPool", globalAvgPool(), image, ["N", 4], 0],
    ["flatten", flatten(), image, ["N", 288], 0],
    ["batchNorm", batchNorm(), image, image, 8],
    ["groupNorm", groupNorm(2), image, image, 8],
    ["instanceNorm", instanceNorm(), image, image, 8],
    ["rmsNorm", rmsNorm(), image, image, 8],
    ["residual", residual(conv2d(4, 3, { padding: 1 })), image, image, 4 * 4 * 9 + 4],
    ["residual, other sizes", residual(conv2d(2, 1), conv2d(2, 1)), image, ["N", 2, 9, 8], 2 * (2 * 4 + 2)],
  ])("%s", (_, own, shape, expected, parameters) => {
    expect(outputShape(own, shape)).toEqual(expected);
    expect(countParameters(own.init(shape, rng(1)))).toBe(parameters);
  });

  // Numbers of parameters as torchvision and the papers give them.
  test.each<[string, Layer, readonly (number | string)[], number]>([
    ["lenet", lenet(), ["N", 3, 32, 32], 62_006],
    ["resnetCifar(20)", resnetCifar(20), ["N", 3, 32, 32], 272_474],
    ["resnet18", resnet18(), ["N", 3, 64, 64], 11_689_512],
    ["mobileCnn", mobileCnn(), ["N", 3, 32, 32], 37_162],
  ])("%s", (_, own, shape, parameters) => {
    expect(countParameters(own.init(shape, rng(1)))).toBe(parameters);
    expect(outputShape(own, shape)).toEqual(["N", own.name.startsWith("sequential(conv2d(64") ? 1000 : 10]);
  });

  test.each<[string, () => unknown]>([
    ["channels that groups do not divide", () => conv2d(6, 3, { groups: 3 }).init(["N", 4, 9, 9], rng(1))],
    ["unknown channels", () => conv2d(6, 3).init(["N", "C", 9, 9], rng(1))],
    ["a missing axis", () => conv2d(6, 3).init(["N", 4, 9], rng(1))],
    [
      "a kernel of two sizes for one axis",
      () => maxPool2d([2, 2, 2]).apply({}, input("x", "float32", ["N", 1, 4, 4]), evaluationContext()),
    ],
    ["sizes that are not known", () => flatten(input("x", "float32", ["N", "M"]))],
    ["a depth that does not exist", () => resnetCifar(21)],
    ["an image that does not halve twice", () => vaeConv().init(["N", 1, 30, 30], rng(1))],
  ])("refuse %s", (_, action) => {
    expect(action).toThrow(NnError);
  });
});

describe("parameters that are not trained", () => {
  const data = {
    inputs: numbers(40, 3, 6, 6),
    target: { data: BigInt64Array.from({ length: 40 }, (_, i) => BigInt(i % 2)), shape: [40] },
  };
  const net = sequential(conv2d(4, 3), batchNorm(), relu(), globalAvgPool(), linear(2));
  const options = {
    data,
    loss: crossEntropy(),
    optimizer: sgd({ lr: 0.1, momentum: 0.9 }),
    batchSize: 8,
    epochs: 3,
    seed: 2,
  } as const;
  const valuesOf = (parameters: Parameters): Readonly<Record<string, readonly number[]>> =>
    Object.fromEntries(
      listParameters(parameters).map(({ path, value }) => [path, Array.from(value.data as Float32Array)]),
    );

  test("batchNorm's statistics go through training, prediction and the saved graph", async () => {
    const model = await fit(net, options).result;
    const values = valuesOf(model.parameters);
    expect(values["1.mean"]?.some((value) => value !== 0)).toBe(true);
    expect(values["1.variance"]?.some((value) => value !== 1)).toBe(true);
    const x = numbers(5, 3, 6, 6);
    const together = await model.predict(x);
    const alone = await model.predict({ data: x.data.slice(0, 108), shape: [1, 3, 6, 6] });
    expect(Array.from(alone.data, Number)).toEqual(Array.from((together.data as Float32Array).slice(0, 2)));
    const session = await createSession(model.graph());
    expect((await session.run({ input: x })).output).toEqual(together);
    await session.close();
    await model.close();
  });

  test("frozen parameters keep their values, the others learn", async () => {
    const start = net.init(["N", 3, 6, 6], rng(5));
    const parameters = freeze(start, (path) => path.startsWith("0."));
    expect(countParameters(parameters)).toBe(countParameters(start) - (4 * 27 + 4));
    const model = await fit(net, { ...options, parameters }).result;
    const [before, after] = [valuesOf(start), valuesOf(model.parameters)];
    for (const path of ["0.weight", "0.bias"]) expect(after[path]).toEqual(before[path]);
    for (const path of ["4.weight", "1.scale", "1.mean"]) expect(after[path]).not.toEqual(before[path]);
    expect(listParameters(model.parameters).filter(({ value }) => value.trained === false)).toHaveLength(4);
    await model.close();
  });

  test("only a layer's own kept parameters can be updated, and only in training", async () => {
    const wrong = layer({
      name: "wrong",
      init: () => ({ weight: { data: Float32Array.of(1), shape: [1] } }),
      apply({ weight }, x, context) {
        if (context.training) context.update(weight, mul(weight, 2));
        return mul(x, weight);
      },
    });
    const run = fit(
      sequential(
        wrong,
        lambda("mean", (x) => reduceMean(x, [2, 3])),
        linear(2),
      ),
      options,
    );
    await expect(run.result).rejects.toMatchObject({ code: "graph-invalid" });
    expect(() => evaluationContext().update(input("w", "float32", [1]), input("v", "float32", [1]))).toThrow(NnError);
  });
});

describe("autoencoders", () => {
  test.each([
    ["vae", vae({ latent: 4, width: 32 })],
    ["vaeConv", vaeConv({ latent: 4, width: 4 })],
  ])("%s learns, and reconstructs from the mean", async (_, net) => {
    const columns = Float32Array.from({ length: 64 * 64 }, (_, i) => ((i + Math.floor(i / 64)) % 8 < 4 ? 1 : 0));
    const images = { data: columns, shape: [64, 1, 8, 8] };
    const run = fit(net, {
      data: { inputs: images, target: images },
      loss: elbo(),
      optimizer: adam({ lr: 0.01 }),
      batchSize: 16,
      epochs: 25,
      seed: 1,
    });
    const model = await run.result;
    const losses = model.history.map(({ loss }) => loss);
    expect(losses.at(-1)).toBeLessThan(0.6 * (losses[0] ?? 0));
    const { reconstruction, mean } = await model.predict(images);
    expect(reconstruction?.shape).toEqual([64, 1, 8, 8]);
    expect(mean?.shape).toEqual([64, 4]);
    const right = Array.from(reconstruction?.data as Float32Array).filter(
      (logit, i) => logit > 0 === (columns[i] ?? 0) > 0.5,
    );
    expect(right.length / columns.length).toBeGreaterThan(0.9);
    await model.close();
  });

  test("a graph of an autoencoder verifies", () => {
    const net = vae();
    const outputs = net.apply(
      constantParameters(net.init(["N", 1, 28, 28], rng(1))),
      input("x", "float32", ["N", 1, 28, 28]),
      evaluationContext(),
    );
    expect(buildGraph(outputs).outputs.map(({ name }) => name)).toEqual(["reconstruction", "mean", "logVariance"]);
  });
});
