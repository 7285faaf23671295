// Evaluation predicts in chunks that suit the network; the figures are those of all examples at once.
import { expect, test } from "vitest";
import { createSession } from "#session";
import type { Examples, Layer, Loss } from "../index.ts";
import {
  conv2d,
  crossEntropy,
  globalAvgPool,
  layer,
  linear,
  listParameters,
  lstm,
  meanSquaredError,
  reduceMean,
  reshape,
  rng,
  sequential,
} from "../index.ts";
import type { LayerInput, LayerOutput } from "../layers/layer.ts";
import { nameExamples } from "./data/examples.ts";
import { chunkOf, createEvaluator } from "./evaluate.ts";
import type { Evaluated } from "./forward.ts";

type AnyLoss = Loss<LayerOutput, LayerInput>;
const plain = crossEntropy() as unknown as AnyLoss;

const evaluatedOf = (net: Layer, shape: readonly number[], loss: AnyLoss = plain): Evaluated => ({
  net: net as unknown as Layer<LayerInput, LayerOutput>,
  parameters: net.init(["N", ...shape], rng(1)),
  loss,
  arrays: [
    { name: "input", dtype: "float32", shape },
    { name: "target", dtype: "int64", shape: [] },
  ],
});

test("chunks are whole batches in which no tensor that grows with them takes more than 32 MiB", () => {
  const chunk = (net: Layer, shape: readonly number[], batchSize: number): number =>
    chunkOf(evaluatedOf(net, shape), batchSize);
  expect(chunk(sequential(linear(10)), [20], 32)).toBe(2048);
  expect(chunk(sequential(linear(10)), [20], 100)).toBe(2000);
  // 32 channels of 32 × 32 take 128 KiB an example.
  expect(chunk(sequential(conv2d(32, 3, { padding: "same" }), globalAvgPool(), linear(10)), [3, 32, 32], 64)).toBe(256);
  expect(chunk(sequential(conv2d(64, 3, { padding: "same" }), globalAvgPool(), linear(10)), [3, 512, 512], 4)).toBe(4);
  // Weights of 16 MiB do not grow with the batch.
  expect(chunk(sequential(lstm(1024, { returns: "last" }) as Layer, linear(3)), [4, 8], 32)).toBeGreaterThan(512);
});

/** Loss and predictions of `count` examples of a linear network, evaluated in chunks and at once by its own means. */
async function evaluate(
  evaluated: Evaluated,
  given: Examples,
  batchSize: number,
): Promise<{ loss: number; logits: Float32Array }> {
  const examples = nameExamples(given, "examples");
  const evaluator = await createEvaluator(evaluated, examples, batchSize, createSession, {});
  try {
    const values = listParameters(evaluated.parameters).map(({ value }) => value);
    await evaluator.evaluate(values);
    const { loss, prediction } = await evaluator.evaluate(values);
    return { loss, logits: (prediction as { data: Float32Array }).data };
  } finally {
    await evaluator.close();
  }
}

const count = 3000;
const random = rng(2);
const features = Float32Array.from({ length: count * 4 }, () => random.normal());
const classes = BigInt64Array.from({ length: count }, (_, i) => BigInt(i < 2048 ? i % 2 : 2));
const weights = Float32Array.from({ length: count }, (_, i) => (i < 2048 ? 0.1 : 5));
const inputs = { data: features, shape: [count, 4] };

const logitsOf = (logits: Float32Array, i: number): readonly number[] => Array.from(logits.subarray(3 * i, 3 * i + 3));
const surprise = (logits: readonly number[], own: number): number =>
  Math.log(logits.reduce((sum, value) => sum + Math.exp(value), 0)) - (logits[own] as number);

/** Σ w l / Σ w over all examples, two chunks of very different weight. */
function weighted(logits: Float32Array, weightOf: (i: number) => number): number {
  let [above, below] = [0, 0];
  for (let i = 0; i < count; i++) {
    above += weightOf(i) * surprise(logitsOf(logits, i), Number(classes[i]));
    below += weightOf(i);
  }
  return above / below;
}

const net = sequential(linear(3));

test("examples that weigh differently", async () => {
  const given = { inputs, target: { data: classes, shape: [count] }, weight: { data: weights, shape: [count] } };
  const { loss, logits } = await evaluate(evaluatedOf(net, [4]), given, 32);
  expect(loss).toBeCloseTo(
    weighted(logits, (i) => weights[i] as number),
    4,
  );
});

test("classes that weigh differently, and a class that is left out in a whole chunk", async () => {
  const given = { inputs, target: { data: classes, shape: [count] } };
  const byClass = [0.1, 1, 10];
  const ofClasses = crossEntropy({ classWeights: byClass }) as unknown as AnyLoss;
  const first = await evaluate(evaluatedOf(net, [4], ofClasses), given, 32);
  expect(first.loss).toBeCloseTo(
    weighted(first.logits, (i) => byClass[Number(classes[i])] as number),
    4,
  );
  const leaving = crossEntropy({ ignore: 2 }) as unknown as AnyLoss;
  const second = await evaluate(evaluatedOf(net, [4], leaving), given, 32);
  expect(second.loss).toBeCloseTo(
    weighted(second.logits, (i) => (Number(classes[i]) === 2 ? 0 : 1)),
    4,
  );
});

test("a network over groups of examples is asked for whole groups only", async () => {
  const groups = layer({
    name: "groups",
    init: () => ({}),
    apply: (_, x) => reduceMean(reshape(x, [Number(x.shape[0]) / 6, 6, 4]), 1),
  });
  const target = { data: new Float32Array(20 * 4), shape: [20, 4] };
  const given = { inputs: { data: features.subarray(0, 120 * 4), shape: [120, 4] }, target: { ...target } };
  const repeated = { data: new Float32Array(120 * 4), shape: [120, 4] };
  const loss = meanSquaredError() as unknown as AnyLoss;
  const own: AnyLoss = (prediction) => loss(prediction, prediction as never, undefined as never);
  const { logits } = await evaluate(evaluatedOf(groups as Layer, [4], own), { ...given, target: repeated }, 6);
  expect(logits).toHaveLength(20 * 4);
});

test("predictions in chunks are those of each example alone", async () => {
  const images = sequential(conv2d(64, 3, { padding: "same" }), globalAvgPool(), linear(3));
  const evaluated = evaluatedOf(images, [1, 128, 128]);
  const data = Float32Array.from({ length: 11 * 128 * 128 }, () => random.normal());
  const given = (from: number, to: number): Examples => ({
    inputs: { data: data.subarray(from * 128 * 128, to * 128 * 128), shape: [to - from, 1, 128, 128] },
    target: { data: classes.slice(from, to), shape: [to - from] },
  });
  // 4 MiB an example: chunks of 8 and 3.
  const whole = await evaluate(evaluated, given(0, 11), 4);
  for (let i = 0; i < 11; i++) {
    const alone = await evaluate(evaluated, given(i, i + 1), 4);
    for (const [k, value] of alone.logits.entries()) expect(whole.logits[3 * i + k]).toBeCloseTo(value, 4);
  }
});
