// Networks exported by PyTorch (tests/reference/onnx_export.py): read, given back, trained whole, in part, with a new head.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { furthest, scoresOf } from "../../testing/exported-scores.ts";
import { constantNode } from "../graph/node.ts";
import type { Examples, FitOptions, Graph, Layer, Tensor, TensorData, TrainableOptions } from "../index.ts";
import {
  accuracy,
  adam,
  add,
  buildGraph,
  cast,
  constant,
  createSession,
  crossEntropy,
  decodeOnnx,
  encodeOnnx,
  equalGraphs,
  fit,
  freeze,
  greater,
  input,
  linear,
  listParameters,
  matMul,
  type NnError,
  relu,
  rng,
  sequential,
  sgd,
  trainable,
} from "../index.ts";

interface Fixture {
  readonly cnn: {
    readonly train: { readonly x: string; readonly y: string };
    readonly test: { readonly x: string; readonly y: string };
    readonly scores: readonly number[];
    readonly accuracy: number;
  };
  readonly block: {
    readonly ids: readonly number[];
    readonly labels: readonly number[];
    readonly scores: readonly number[];
    readonly curves: Readonly<Record<"whole" | "last", readonly number[]>>;
  };
}

const file = (name: string): Uint8Array => readFileSync(new URL(`./fixtures/exported/${name}`, import.meta.url));
const { cnn, block } = JSON.parse(new TextDecoder().decode(file("exported.json"))) as Fixture;

const classes = (text: string): BigInt64Array => BigInt64Array.from(text, BigInt);
function pictures({ x, y }: { readonly x: string; readonly y: string }): Examples & { readonly inputs: TensorData } {
  const data = Float32Array.from(x, (digit) => (Number(digit) - 4.5) / 3);
  return {
    inputs: { data, shape: [y.length, 1, 8, 8] },
    target: { data: classes(y), shape: [y.length] },
  };
}
const train = pictures(cnn.train);
const held = pictures(cnn.test);
const ids: TensorData = { data: BigInt64Array.from(block.ids, BigInt), shape: [32, 6] };

const numbers = (data: TensorData | undefined): number[] => Array.from((data?.data ?? []) as Float32Array);

const cnns = ["cnn-dynamo-18", "cnn-dynamo-23", "cnn-script-13", "cnn-float16", "cnn-bfloat16", "cnn-all-float16"];
const cnnGraph = decodeOnnx(file("cnn-dynamo-18.onnx"));
const blockGraph = decodeOnnx(file("block-dynamo-18.onnx"));

/** Weights of 16 bits are rounded: float16 has 11 bits, bfloat16 8. */
const tolerance = (name: string): number => (name.includes("bfloat16") ? 0.05 : name.includes("16") ? 5e-3 : 1e-5);
const first20: TensorData = { data: (held.inputs.data as Float32Array).slice(0, 20 * 64), shape: [20, 1, 8, 8] };

describe("a network exported by PyTorch", () => {
  test.each(cnns)("%s scores as in PyTorch, before and after it is given back", async (name) => {
    const bytes = file(`${name}.onnx`);
    const graph = decodeOnnx(bytes);
    const scores = await scoresOf(graph, first20);
    expect(furthest(scores.data, cnn.scores)).toBeLessThan(tolerance(name));
    // The file itself, run by ONNX Runtime as it is, and what comes of reading and writing it again.
    if (name !== "cnn-bfloat16")
      expect(furthest((await scoresOf(bytes, first20)).data, [...(scores.data as Float32Array)])).toBeLessThan(1e-6);
    const again = decodeOnnx(encodeOnnx(graph));
    expect(equalGraphs(again, graph)).toBe(true);
    expect(await scoresOf(again, first20)).toEqual(scores);
    expect(graph.inputs.map(({ node, shape }) => [node.name, shape.slice(1)])).toEqual([["x", [1, 8, 8]]]);
  });

  test.each(cnns)("%s as a layer scores the same", async (name) => {
    const net = trainable(decodeOnnx(file(`${name}.onnx`)));
    const x = input("x", "float32", [20, 1, 8, 8]);
    const parameters = net.init(["N", 1, 8, 8], rng(1));
    const model = await fit(net, { ...training, data: train, parameters: freeze(parameters), epochs: 1 }).result;
    const scores = await scoresOf(buildGraph({ scores: model.apply(x) }), first20);
    expect(furthest(scores.data, cnn.scores)).toBeLessThan(tolerance(name));
  });

  test("of attention and embedding scores as in PyTorch", async () => {
    expect(furthest((await scoresOf(blockGraph, ids)).data, block.scores)).toBeLessThan(1e-5);
    expect(furthest((await scoresOf(encodeOnnx(blockGraph), ids)).data, block.scores)).toBeLessThan(1e-5);
  });
});

const training: FitOptions = {
  data: train,
  loss: crossEntropy(),
  optimizer: adam({ lr: 0.01 }),
  batchSize: 24,
  epochs: 15,
  seed: 1,
};

async function tuned(graph: Graph, options: TrainableOptions, more: Partial<FitOptions> = {}, seed = 1) {
  const net = trainable(graph, options);
  const before = listParameters(net.init(["N", 1, 8, 8], rng(seed).fork("init")));
  const model = await fit(net, { ...training, seed, ...more }).result;
  const after = listParameters(model.parameters);
  const changed = after.filter(({ value }, i) => furthest(value.data, numbers(before[i]?.value)) > 0);
  const scores = await model.predict(held.inputs);
  await model.close();
  return {
    accuracy: accuracy()(scores, held.target as TensorData),
    changed: changed.map(({ path }) => path),
    model,
    scores,
  };
}

describe("training an exported network", () => {
  test("whole makes its scores better, and the file that is saved has them", async () => {
    const { accuracy: better, changed, model, scores } = await tuned(cnnGraph, {});
    expect(changed).toHaveLength(6);
    expect(better).toBeGreaterThan(cnn.accuracy + 0.05);
    const graph = decodeOnnx(encodeOnnx(model.graph()));
    const session = await createSession(graph);
    const { output } = await session.run({ input: held.inputs });
    expect(furthest(output?.data ?? [], [...(scores.data as Float32Array)])).toBeLessThan(1e-5);
    await session.close();
  });

  test("with all but the last layer frozen changes that one only, and is better still", async () => {
    const { accuracy: better, changed } = await tuned(cnnGraph, { freeze: { allButLast: 1 } }, { epochs: 40 });
    expect(changed.sort()).toEqual(["classifier.bias", "classifier.weight"]);
    expect(better).toBeGreaterThan(cnn.accuracy);
  });

  test("freezes by name and by function", async () => {
    const one = await tuned(cnnGraph, { freeze: ["classifier.weight", "classifier.bias"] }, { epochs: 1 });
    expect(one.changed).not.toContain("classifier.weight");
    expect(one.changed).toHaveLength(4);
    const other = await tuned(cnnGraph, { freeze: (name) => !name.startsWith("classifier") }, { epochs: 1 });
    expect(other.changed).toHaveLength(2);
  });

  test("with a new head learns other classes", async () => {
    // Two classes: along the axes, or aslant.
    const two = (examples: Examples): Examples => {
      const { data, shape } = examples.target as TensorData;
      return { ...examples, target: { data: BigInt64Array.from(data as BigInt64Array, (label) => label / 2n), shape } };
    };
    const net = trainable(cnnGraph, { freeze: () => true, head: sequential(linear(8), relu(), linear(2)) });
    const model = await fit(net, { ...training, data: two(train), epochs: 60 }).result;
    const paths = listParameters(model.parameters).map(({ path }) => path);
    expect(paths).toContain("head.0.weight");
    expect(paths.some((path) => path.startsWith("classifier"))).toBe(false);
    const scores = await model.predict(held.inputs);
    expect(scores.shape).toEqual([240, 2]);
    expect(accuracy()(scores, two(held).target as TensorData)).toBeGreaterThan(0.75);
    await model.close();
    const node = cnnGraph.nodes.find(({ op }) => op === "Reshape" || op === "GlobalAveragePool");
    const placed = trainable(cnnGraph, { head: { layer: linear(2), after: node?.name ?? "" } });
    expect(listParameters(placed.init(["N", 1, 8, 8], rng(1))).some(({ path }) => path === "head.weight")).toBe(true);
  });

  test.each(["cnn-script-13", "cnn-float16", "cnn-bfloat16", "cnn-all-float16"])("%s learns too", async (name) => {
    const { accuracy: better } = await tuned(decodeOnnx(file(`${name}.onnx`)), {});
    expect(better).toBeGreaterThan(cnn.accuracy + 0.05);
  });

  const blocks: FitOptions = {
    data: { inputs: ids, target: { data: BigInt64Array.from(block.labels, BigInt), shape: [32] } },
    loss: crossEntropy(),
    optimizer: sgd({ lr: 0.1, momentum: 0.9 }),
    batchSize: 32,
    shuffle: false,
    epochs: 8,
  };
  test.each<["whole" | "last", TrainableOptions]>([
    ["whole", {}],
    ["last", { freeze: { allButLast: 1 } }],
  ])("of attention and embedding, %s, has PyTorch's own curve", async (which, options) => {
    const model = await fit(trainable(blockGraph, options), blocks).result;
    const curve = model.history.map(({ loss }) => loss);
    expect(furthest(curve, block.curves[which])).toBeLessThan(1e-5);
  });
});

describe("what is refused", () => {
  const codeOf = (action: () => unknown): string => {
    try {
      action();
      return "no error";
    } catch (error) {
      return (error as NnError).code;
    }
  };
  test.each<[string, string, TrainableOptions]>([
    ["a name that is not there", "graph-invalid", { freeze: ["weight"] }],
    ["no layer and no head", "attribute-invalid", { freeze: { allButLast: 0 } }],
    ["more layers than there are", "attribute-invalid", { freeze: { allButLast: 4 } }],
    ["a head after a node that is not there", "graph-invalid", { head: { layer: linear(2), after: "nowhere" } }],
  ])("%s", (_, code, options) => {
    expect(codeOf(() => trainable(cnnGraph, options))).toBe(code);
  });

  test("a training that would change nothing", async () => {
    const nothing = { code: "training-option-invalid", message: expect.stringContaining("would change nothing") };
    // Two outputs: the last layer makes the second one, which the loss does not read.
    const x = input("x", "float32", ["N", 3]);
    const weight = (name: string): Tensor => constantNode({ data: new Float32Array(6).fill(0.1), shape: [3, 2] }, name);
    const graph = buildGraph({ scores: matMul(x, weight("first")), other: matMul(x, weight("second")) });
    const data = {
      inputs: { data: new Float32Array(24).fill(1), shape: [8, 3] },
      target: { data: new BigInt64Array(8), shape: [8] },
    };
    const net = trainable<Tensor, Record<string, Tensor>>(graph, { freeze: { allButLast: 1 } });
    const loss = ({ scores }: Record<string, Tensor>, target: Tensor) => crossEntropy()(scores as Tensor, target);
    const options = { data, loss, optimizer: sgd({ lr: 0.1 }), epochs: 1 };
    await expect(fit(net as Layer<Tensor, never>, options as never).result).rejects.toMatchObject({
      ...nothing,
      message: expect.stringContaining("(second)"),
    });
  });

  test("layers are those that a gradient reaches", () => {
    const x = input("x", "float32", ["N", 3]);
    const named = (name: string, ...shape: number[]): Tensor =>
      constantNode({ data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.1), shape }, name);
    const scores = matMul(matMul(x, named("first", 3, 2)), named("second", 2, 2));
    // A decision by stored bounds after the last layer: the bounds are no parameters, and no layer.
    const graph = buildGraph({ scores, decision: cast(greater(scores, named("bounds", 2)), "float32") });
    const parameters = trainable<Tensor, never>(graph, { freeze: { allButLast: 1 } }).init(["N", 3], rng(1));
    expect(listParameters(parameters).map(({ path, value }) => [path, value.trained ?? true])).toEqual([
      ["first", false],
      ["second", true],
    ]);
  });

  test("another batch size than the one that a file is fixed to", async () => {
    const x = input("x", "float32", [4, 3]);
    const weight = constant({ data: new Float32Array(6).fill(0.1), shape: [3, 2] });
    const bias = constant({ data: new Float32Array(8), shape: [4, 2] });
    const graph = decodeOnnx(encodeOnnx(buildGraph({ y: add(matMul(x, weight), bias) })));
    const data = {
      inputs: { data: new Float32Array(24), shape: [8, 3] },
      target: { data: new BigInt64Array(8), shape: [8] },
    };
    const options = { data, loss: crossEntropy(), optimizer: sgd({ lr: 0.1 }), epochs: 1 };
    await expect(fit(trainable(graph), { ...options, batchSize: 8 }).result).rejects.toMatchObject({
      code: "shape-mismatch",
      message: expect.stringContaining("the file is fixed to a batch of 4 and was given one of 8"),
      fix: expect.stringContaining("Set batchSize to 4"),
    });
    expect((await fit(trainable(graph), { ...options, batchSize: 4 }).result).history).toHaveLength(1);
  });

  test("inputs of another rank, or by another name", async () => {
    const net: Layer = trainable(cnnGraph);
    const parameters = net.init(["N", 1, 8, 8], rng(1));
    const data = { ...train, inputs: { ...train.inputs, shape: [240, 64] } };
    await expect(fit(net, { ...training, data, parameters }).result).rejects.toMatchObject({ code: "shape-mismatch" });
  });
});
