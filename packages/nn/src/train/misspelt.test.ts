// What JavaScript lets through and no type stops: misspelt options, parts left out, functions not called.
import { describe, expect, test } from "vitest";
import type { FitOptions, Layer } from "../index.ts";
import {
  adam,
  adamw,
  batchNorm,
  buildGraph,
  conv2d,
  convTranspose2d,
  createSession,
  crossEntropy,
  curveSvg,
  decodeOnnx,
  fit,
  focal,
  input,
  linear,
  lstm,
  maxPool2d,
  mlp,
  multiHeadAttention,
  NnError,
  plateau,
  positionalEncoding,
  relu,
  sequential,
  sgd,
  summarize,
  trainable,
  transformerEncoder,
  warmup,
  warmupCosine,
} from "../index.ts";

const inputs = { data: Float32Array.from({ length: 12 }, (_, i) => Math.sin(i)), shape: [6, 2] };
const target = { data: BigInt64Array.from([0n, 1n, 2n, 0n, 1n, 2n]), shape: [6] };
const net: Layer = linear(3);
const base: FitOptions = { data: { inputs, target }, loss: crossEntropy(), optimizer: adam(), epochs: 1 };
const source = { count: 6, batch: () => undefined };

async function thrown(action: () => unknown): Promise<NnError> {
  const error: unknown = await (async () => action())().then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(NnError);
  return error as NnError;
}
const refused = (options: object | undefined): Promise<NnError> => thrown(() => fit(net, options as FitOptions).result);

describe("a misspelt option names the nearest", () => {
  test.each<[options: object, message: string]>([
    [{ batchsize: 4 }, 'fit has no option "batchsize"; is batchSize meant?'],
    [{ epoch: 3 }, "is epochs meant?"],
    [{ earlyStoping: { patience: 1 } }, "is earlyStopping meant?"],
    [{ validation: base.data, earlyStopping: { patience: 1, minDelat: 1 } }, "is minDelta meant?"],
    [{ validation: base.data, bestWeights: { monitr: "loss" } }, "is monitor meant?"],
    [{ checkpoint: { to: () => {}, everyStep: 1 } }, "is everySteps meant?"],
    [{ checkpoint: {} }, "neither a path nor a function"],
    [{ formulations: "measurd" }, 'formulations is "measurd"'],
    [{ worker: "yes" }, 'worker is "yes"'],
    [{ zzzz: 1 }, 'fit has no option "zzzz"'],
  ])("of fit: case %#", async (options, message) => {
    const error = await refused({ ...base, ...options });
    expect(error.code).toBe("training-option-invalid");
    expect(error.message).toContain(message);
  });

  const graph = buildGraph({ output: relu(input("input", "float32", ["N", 2])) });
  test.each<[string, () => unknown]>([
    ["freeze", () => trainable(graph, { freez: () => true } as object)],
    ["weightDecay", () => adamw({ weightdecay: 0.1 } as object)],
    ["momentum", () => sgd({ lr: 0.1, momentun: 0.9 } as { lr: number })],
    ["labelSmoothing", () => crossEntropy({ labelSmoothin: 0.1 } as object)],
    ["gamma", () => focal({ gama: 1 } as object)],
    ["peak", () => warmupCosine({ peek: 1, steps: 3 } as unknown as { peak: number; steps: number })],
    ["patience", () => plateau({ initial: 1, patienc: 3 } as { initial: number })],
    ["hidden", () => mlp({ hiden: [3], hidden: [3], out: 2 } as { hidden: number[]; out: number })],
    ["bidirectional", () => lstm(3, { bidirectionl: true } as object)],
    ["momentum", () => batchNorm({ momentm: 0.1 } as object)],
    ["stride", () => maxPool2d(2, { strid: 1 } as object)],
    ["outputPadding", () => convTranspose2d(2, 3, { outputpadding: 1 } as object)],
    ["padding", () => conv2d(2, 3, { pading: 1 } as object)],
    ["causal", () => multiHeadAttention(2, { casual: true } as object)],
    ["dropout", () => transformerEncoder(1, { heads: 2, dropuot: 0.1 } as { heads: number })],
    ["kind", () => positionalEncoding({ knd: "learned" } as object)],
    ["bias", () => linear(3, { bais: false } as object)],
  ])("%s", async (nearest, make) => {
    const error = await thrown(make);
    expect(error.code).toBe("training-option-invalid");
    expect(error.message).toContain(`is ${nearest} meant?`);
  });
});

test("what a recurrent layer returns is one of two", async () => {
  const error = await thrown(() => lstm(3, { returns: "lats" } as object));
  expect(error.message).toContain('returns is "lats"');
});

describe("a learning rate that is none", () => {
  test.each<[unknown, string]>([
    [Number.NaN, "lr is NaN as the learning rate of step 1"],
    ["0.01", 'lr is "0.01"'],
    [-1, "lr is -1"],
    [() => undefined, "gave undefined as the learning rate of step 1"],
    [warmup(2, Number.NaN), "NaN"],
  ])("%s fails before the training", async (lr, message) => {
    const error = await refused({ ...base, optimizer: sgd({ lr } as { lr: number }) });
    expect(error.code).toBe("training-option-invalid");
    expect(error.message).toContain(message);
  });

  test("of a later step fails there", async () => {
    const error = await refused({
      ...base,
      epochs: 5,
      optimizer: sgd({ lr: (step) => (step < 3 ? 0.1 : Number.NaN) }),
    });
    expect(error.message).toContain("of step 4");
  });
});

describe("a part that is missing or of another kind has a code", () => {
  test.each<[string, object | undefined, string]>([
    ["no options", undefined, "training-option-invalid"],
    ["no data", { ...base, data: undefined }, "training-option-invalid"],
    ["no loss", { ...base, loss: undefined }, "training-option-invalid"],
    ["no optimizer", { ...base, optimizer: undefined }, "training-option-invalid"],
    ["a loss that was not called", { ...base, loss: crossEntropy }, "training-option-invalid"],
    ["an optimiser that was not called", { ...base, optimizer: adamw }, "training-option-invalid"],
    ["parameters of another network", { ...base, parameters: { weight: inputs } }, "training-option-invalid"],
    ["nested lists", { ...base, data: { inputs: [[1, 2]], target } }, "training-data-invalid"],
    ["a list as data", { ...base, data: { inputs: { data: [1, 2], shape: [1, 2] }, target } }, "training-data-invalid"],
    ["an input without data", { ...base, data: { inputs: { a: 3 }, target } }, "training-data-invalid"],
    ["no target", { ...base, data: { inputs } }, "training-data-invalid"],
    ["a source for validation", { ...base, validation: source }, "training-data-invalid"],
    ["a source that gives nothing", { ...base, data: source }, "training-data-invalid"],
  ])("%s", async (_, options, code) => {
    expect((await refused(options)).code).toBe(code);
  });

  test("a list is not called strings", async () => {
    const error = await refused({ ...base, data: { inputs: { data: [1, 2], shape: [1, 2] }, target } });
    expect(error.message).toContain("a list, not a typed array");
  });

  test.each<[string, () => unknown, string]>([
    ["trainable", () => trainable(new Uint8Array(3) as never), "graph-invalid"],
    ["createSession", () => createSession("net.onnx" as never), "session-create-failed"],
    ["decodeOnnx", () => decodeOnnx("net.onnx" as never), "model-file-invalid"],
    ["curveSvg", () => curveSvg({ history: [] } as never), "attribute-invalid"],
    ["summarize", () => summarize(sequential(net, relu()), undefined as never), "attribute-invalid"],
  ])("%s", async (_, call, code) => {
    expect((await thrown(call)).code).toBe(code);
  });
});
