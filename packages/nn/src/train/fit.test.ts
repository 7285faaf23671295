// The training loop: curves that repeat, early stopping, abort, losses that are not finite, odd batches, bad data.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Examples, FitEvent, FitOptions, Layer, Tensor, TensorData } from "../index.ts";
import {
  adam,
  concat,
  createSession,
  crossEntropy,
  div,
  dropout,
  fit,
  layer,
  linear,
  matMul,
  meanSquaredError,
  NnError,
  relu,
  rng,
  sequential,
  sgd,
  slice,
} from "../index.ts";

/** Two noisy classes in `features` dimensions. */
function examples(count: number, seed: number, features = 4): Examples & { target: TensorData } {
  const random = rng(seed);
  const x = new Float32Array(count * features);
  const y = new BigInt64Array(count);
  for (let i = 0; i < count; i++) {
    y[i] = BigInt(i % 2);
    for (let j = 0; j < features; j++) x[i * features + j] = random.normal((i % 2) * (j === 0 ? 2 : 0));
  }
  return { inputs: { data: x, shape: [count, features] }, target: { data: y, shape: [count] } };
}

const net = sequential(linear(16), relu(), dropout(0.2), linear(2));
const base: FitOptions = {
  data: examples(70, 1),
  loss: crossEntropy(),
  optimizer: adam({ lr: 0.01 }),
  batchSize: 16,
  epochs: 4,
  seed: 5,
};

async function events(options: FitOptions, network: Layer = net): Promise<FitEvent[]> {
  const all: FitEvent[] = [];
  for await (const event of fit(network, options)) all.push(event);
  return all;
}

const losses = (all: readonly FitEvent[]): number[] =>
  all.flatMap((event) => (event.type === "step" ? [event.loss] : []));

async function codeOf(action: Promise<unknown>): Promise<NnError> {
  const error = await action.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(NnError);
  return error as NnError;
}

describe("a curve", () => {
  test("repeats with the same seed, with dropout, and differs with another", async () => {
    const first = losses(await events(base));
    expect(losses(await events(base))).toEqual(first);
    expect(losses(await events({ ...base, seed: 6 }))).not.toEqual(first);
  });

  test("does not depend on how many steps a run takes", async () => {
    const one = losses(await events({ ...base, stepsPerRun: 1 }));
    const many = losses(await events({ ...base, stepsPerRun: 3 }));
    expect(one).toHaveLength(20);
    expect(Math.max(...one.map((loss, i) => Math.abs(loss - (many[i] ?? 0))))).toBeLessThan(1e-6);
  });

  test("counts steps from 1 and takes the smaller last batch", async () => {
    const all = await events(base);
    expect(all.filter(({ type }) => type === "step").map((event) => (event as { step: number }).step)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    expect(all.at(-1)).toEqual({ type: "end", reason: "epochs", epochs: 4, bestEpoch: 4 });
  });

  test("falls on data that can be learnt, and the model predicts", async () => {
    const model = await fit(net, { ...base, epochs: 40 }).result;
    expect(model.history.at(-1)?.loss).toBeLessThan((model.history[0]?.loss ?? 0) * 0.7);
    const { inputs, target } = examples(400, 2);
    const prediction = await model.predict(inputs);
    expect(prediction.shape).toEqual([400, 2]);
    const right = Array.from(target.data as BigInt64Array).filter((label, i) => {
      const [zero, one] = [prediction.data[2 * i] as number, prediction.data[2 * i + 1] as number];
      return (one > zero ? 1n : 0n) === label;
    });
    expect(right.length).toBeGreaterThan(300);
    await model.close();
  });
});

describe("early stopping", () => {
  test("gives back the best epoch's weights", async () => {
    const validation = examples(20, 9);
    const seen: number[] = [];
    const metric = (prediction: TensorData, target: TensorData): number => {
      expect(prediction.shape).toEqual([20, 2]);
      expect(target).toBe(validation.target);
      // Best at the third epoch, whatever the network does.
      const value = [1, 2, 5, 4, 3, 2, 1, 0][seen.length] ?? 0;
      seen.push(value);
      return value;
    };
    const options: FitOptions = {
      ...base,
      validation,
      epochs: 50,
      metrics: { score: metric },
      earlyStopping: { monitor: "score", mode: "max", patience: 2 },
    };
    const run = fit(net, options);
    const all: FitEvent[] = [];
    for await (const event of run) all.push(event);
    expect(all.at(-1)).toEqual({ type: "end", reason: "early-stopping", epochs: 5, bestEpoch: 3 });
    expect(all.filter(({ type }) => type === "best")).toHaveLength(3);
    const model = await run.result;
    const third = await fit(net, { ...base, epochs: 3 }).result;
    expect(model.parameters).toEqual(third.parameters);
    expect(model.history[2]?.validation?.score).toBe(5);
  });

  test("evaluates in chunks as it does at once", async () => {
    const validation = examples(2500, 3);
    const model = await fit(net, { ...base, validation, epochs: 1 }).result;
    const prediction = await model.predict(validation.inputs);
    let sum = 0;
    for (let i = 0; i < 2500; i++) {
      const [a, b] = [Number(prediction.data[2 * i]), Number(prediction.data[2 * i + 1])];
      sum += Math.log(Math.exp(a) + Math.exp(b)) - (validation.target.data[i] === 0n ? a : b);
    }
    expect(model.history[0]?.validation?.loss).toBeCloseTo(sum / 2500, 5);
    await model.close();
  });
});

describe("an end before the end", () => {
  test("by the signal is an error, in the iteration and in the result", async () => {
    const controller = new AbortController();
    const run = fit(net, { ...base, epochs: 10_000, signal: controller.signal });
    const iterate = (async () => {
      for await (const event of run) if (event.type === "epoch" && event.epoch === 3) controller.abort();
    })();
    expect((await codeOf(iterate)).code).toBe("training-aborted");
    expect((await codeOf(run.result)).code).toBe("training-aborted");
  });

  test("leaving the iteration does not stop the training", async () => {
    const run = fit(net, base);
    for await (const event of run) if (event.type === "step") break;
    expect((await run.result).history).toHaveLength(4);
  });

  test("by a loss that is not finite names the layer", async () => {
    const bad = layer({ name: "bad", init: () => ({}), apply: (_, x) => div(x, 0) });
    const error = await codeOf(fit(sequential(linear(3), bad, linear(2)), base).result);
    expect(error.code).toBe("loss-not-finite");
    expect(error.message).toContain("step 1");
    expect(error.message).toContain("layer 1.bad");
  });

  test("by steps that are too long names the place and the step", async () => {
    const wide = sequential(linear(16), linear(16), linear(2));
    const options = { ...base, optimizer: sgd({ lr: 1e12 }), loss: meanSquaredErrorOfFirst, epochs: 50 };
    const error = await codeOf(fit(wide, options).result);
    expect(error.code).toBe("loss-not-finite");
    expect(error.message).toMatch(/step \d+ \(epoch \d+\): (the parameter|the result|every layer)/);
  });

  test("by a value in the data names the data", async () => {
    const data = examples(70, 1);
    ((data.inputs as TensorData).data as Float32Array)[7] = Number.NaN;
    expect((await codeOf(fit(net, { ...base, data }).result)).message).toContain("the data input");
  });
});

/** Squares grow without bound, where cross-entropy would not. */
function meanSquaredErrorOfFirst(prediction: Tensor, target: Tensor): Tensor {
  return meanSquaredError()(slice(prediction, 0, 1, 1), target);
}

describe("inputs", () => {
  test("several by name, sample weights, a layer of one's own", async () => {
    const own = layer<{ weight: TensorData }, Readonly<Record<string, Tensor>>>({
      name: "own",
      init: (shapes, random) => {
        const size = Number(shapes.a?.[1]) + Number(shapes.b?.[1]);
        return { weight: { data: Float32Array.from({ length: size }, () => random.normal(0, 0.1)), shape: [size, 1] } };
      },
      apply: ({ weight }, { a, b }) => matMul(concat([a as Tensor, b as Tensor], 1), weight),
    });
    const random = rng(4);
    const a = { data: Float32Array.from({ length: 60 }, () => random.normal()), shape: [30, 2] };
    const b = { data: Float32Array.from({ length: 30 }, () => random.normal()), shape: [30, 1] };
    const y = Float32Array.from({ length: 30 }, (_, i) => 2 * (a.data[2 * i] ?? 0) - (b.data[i] ?? 0));
    // Examples of weight zero are wrong on purpose: they must not matter.
    for (let i = 20; i < 30; i++) y[i] = 100;
    const weight = { data: Float32Array.from({ length: 30 }, (_, i) => (i < 20 ? 1 : 0)), shape: [30] };
    const model = await fit(own, {
      data: { inputs: { a, b }, target: { data: y, shape: [30, 1] }, weight },
      loss: meanSquaredError(),
      optimizer: adam({ lr: 0.05 }),
      batchSize: 30,
      epochs: 400,
    }).result;
    const { data } = model.parameters.weight as TensorData;
    [2, 0, -1].forEach((value, i) => {
      expect(Number(data[i])).toBeCloseTo(value, 2);
    });
    const prediction = await model.predict({ a, b });
    expect(prediction.shape).toEqual([30, 1]);
    await model.close();
  });

  test.each<[string, string, Partial<FitOptions>]>([
    ["unequal lengths", "training-data-invalid", { data: { ...base.data, target: examples(60, 1).target } }],
    [
      "no examples",
      "training-data-invalid",
      {
        data: {
          inputs: { data: new Float32Array(0), shape: [0, 4] },
          target: { data: new BigInt64Array(0), shape: [0] },
        },
      },
    ],
    [
      "strings",
      "training-data-invalid",
      { data: { ...base.data, inputs: { data: Array(70).fill("a"), shape: [70, 1] } } },
    ],
    ["a batch of half an example", "training-option-invalid", { batchSize: 0.5 }],
    ["no epoch", "training-option-invalid", { epochs: 0 }],
    ["a seed that is not a number", "training-option-invalid", { seed: Number.NaN }],
    ["early stopping without validation", "training-option-invalid", { earlyStopping: { patience: 1 } }],
    [
      "an unknown monitor",
      "training-option-invalid",
      {
        validation: examples(10, 1),
        earlyStopping: { monitor: "auc", patience: 1 },
      },
    ],
    ["a loss that is no scalar", "shape-mismatch", { loss: (prediction: Tensor) => prediction }],
  ])("%s are refused", async (_, code, options) => {
    expect((await codeOf(fit(net, { ...base, ...options }).result)).code).toBe(code);
  });
});

test("a saved model is an ONNX file that scores the same, and nothing else is left behind", async () => {
  const folder = mkdtempSync(join(tmpdir(), "nn-save-"));
  try {
    const model = await fit(net, base).result;
    await model.save(join(folder, "net.onnx"), { metadata: { note: "test" } });
    expect(readdirSync(folder)).toEqual(["net.onnx"]);
    const session = await createSession(readFileSync(join(folder, "net.onnx")));
    const { inputs } = examples(9, 3);
    const { output } = await session.run({ input: inputs as TensorData });
    expect(output).toEqual(await model.predict(inputs));
    await session.close();
    await model.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
