// Evaluation takes fewer examples at once where a network's tensors are large; the figures stay the same.
import { expect, test } from "vitest";
import { createSession } from "#session";
import type { Layer, Loss } from "../index.ts";
import { conv2d, crossEntropy, globalAvgPool, linear, listParameters, rng, sequential } from "../index.ts";
import type { LayerInput, LayerOutput } from "../layers/layer.ts";
import { nameExamples } from "./data.ts";
import { chunkOf, createEvaluator } from "./evaluate.ts";

const loss = crossEntropy() as unknown as Loss<LayerOutput, LayerInput>;
const general = (net: Layer): Layer<LayerInput, LayerOutput> => net as unknown as Layer<LayerInput, LayerOutput>;
const chunk = (net: Layer, shape: readonly number[]): number =>
  chunkOf({
    net: general(net),
    parameters: net.init(["N", ...shape], rng(1)),
    loss,
    arrays: [
      { name: "input", dtype: "float32", shape },
      { name: "target", dtype: "int64", shape: [] },
    ],
  });

test("no tensor between two operators takes more than 32 MiB", () => {
  expect(chunk(sequential(linear(10)), [20])).toBe(2048);
  // 32 channels of 32 × 32 take 128 KiB an example.
  expect(chunk(sequential(conv2d(32, 3, { padding: "same" }), globalAvgPool(), linear(10)), [3, 32, 32])).toBe(256);
  expect(chunk(sequential(conv2d(64, 3, { padding: "same" }), globalAvgPool(), linear(10)), [3, 512, 512])).toBe(1);
});

test("loss and predictions in chunks are those of the whole", async () => {
  const net = sequential(conv2d(64, 3, { padding: "same" }), globalAvgPool(), linear(3));
  const parameters = net.init(["N", 1, 128, 128], rng(1));
  const random = rng(2);
  const count = 11;
  const data = Float32Array.from({ length: count * 128 * 128 }, () => random.normal());
  const target = BigInt64Array.from({ length: count }, (_, i) => BigInt(i % 3));
  const take = async (from: number, to: number) => {
    const examples = nameExamples(
      {
        inputs: { data: data.subarray(from * 128 * 128, to * 128 * 128), shape: [to - from, 1, 128, 128] },
        target: { data: target.subarray(from, to), shape: [to - from] },
      },
      "examples",
    );
    const evaluator = await createEvaluator(general(net), parameters, loss, examples, createSession, {});
    try {
      return await evaluator.evaluate(listParameters(parameters).map(({ value }) => value));
    } finally {
      await evaluator.close();
    }
  };
  // 4 MiB an example: chunks of 8 and 3.
  const whole = await take(0, count);
  const each = await Promise.all(Array.from({ length: count }, (_, i) => take(i, i + 1)));
  const mean = each.reduce((sum, one) => sum + one.loss, 0) / count;
  expect(whole.loss).toBeCloseTo(mean, 5);
  const logits = each.flatMap(({ prediction }) => Array.from((prediction as { data: Float32Array }).data));
  const found = Array.from((whole.prediction as { data: Float32Array }).data);
  expect(found).toHaveLength(logits.length);
  for (const [i, value] of found.entries()) expect(value).toBeCloseTo(logits[i] as number, 4);
});
