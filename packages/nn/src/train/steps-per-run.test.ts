// Small networks take many steps a run, large ones one.
import { expect, test } from "vitest";
import type { Layer, Loss, Tensor } from "../index.ts";
import { crossEntropy, globalAvgPool, lenet, linear, resnetCifar, rng, sequential } from "../index.ts";
import type { LayerInput, LayerOutput } from "../layers/layer.ts";
import type { ArrayType } from "./ports.ts";
import { stepsPerRunOf } from "./steps-per-run.ts";

const arrays = (shape: readonly number[]): readonly ArrayType[] => [
  { name: "input", dtype: "float32", shape },
  { name: "target", dtype: "int64", shape: [] },
];

const stepsOf = (net: Layer<Tensor, Tensor>, shape: readonly number[], batchSize: number): number =>
  stepsPerRunOf(
    {
      net: net as unknown as Layer<LayerInput, LayerOutput>,
      parameters: net.init(["N", ...shape], rng(1)),
      loss: crossEntropy() as unknown as Loss<LayerOutput, LayerInput>,
      arrays: arrays(shape),
    },
    batchSize,
  );

test("a run holds about the same work and no more than 64 MiB, at most 64 steps and at least one", () => {
  const image = [3, 32, 32];
  expect(stepsOf(sequential(linear(10)), [20], 32)).toBe(64);
  expect(stepsOf(lenet(), image, 4)).toBe(64);
  // 651,720 multiply-adds an image, 32 images, three passes: 62.6 million a step.
  expect(stepsOf(lenet(), image, 32)).toBe(15);
  expect(stepsOf(lenet(), image, 128)).toBe(3);
  expect(stepsOf(resnetCifar(20), image, 64)).toBe(1);
  // 16 pictures of 256 × 256 in three colours are 12 MiB.
  expect(stepsOf(sequential(globalAvgPool(), linear(10)), [3, 256, 256], 16)).toBe(5);
});
