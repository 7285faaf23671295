// The two trainings of this example: LeNet as the tutorials have it, and a small modern network.
import type { MemoryDataset } from "@lepta/data";
import {
  batchNorm,
  conv2d,
  crossEntropy,
  globalAvgPool,
  type Layer,
  type Loss,
  lenet,
  linear,
  maxPool2d,
  type Optimizer,
  oneCycle,
  relu,
  residual,
  sequential,
  sgd,
  type TrainingData,
} from "@lepta/nn";
import { augmented } from "./augment.ts";
import { normalised } from "./images.ts";

export interface Recipe {
  readonly name: string;
  readonly net: Layer;
  readonly data: (training: MemoryDataset) => TrainingData;
  readonly loss: Loss;
  readonly optimizer: (steps: number) => Optimizer;
  readonly batchSize: number;
  readonly epochs: number;
}

/** Conv 6×5, pool, conv 16×5, pool, 120, 84, 10. */
export const lenetRecipe: Recipe = {
  name: "lenet",
  net: lenet(),
  data: normalised,
  loss: crossEntropy(),
  optimizer: () => sgd({ lr: 0.001, momentum: 0.9 }),
  batchSize: 4,
  epochs: 10,
};

const block = (channels: number): readonly [Layer, Layer, Layer] => [
  conv2d(channels, 3, { padding: 1, bias: false }),
  batchNorm(),
  relu(),
];

function smallNet(width: number): Layer {
  return sequential(
    ...block(width),
    maxPool2d(2),
    ...block(2 * width),
    maxPool2d(2),
    ...block(4 * width),
    maxPool2d(2),
    residual(sequential(...block(4 * width), ...block(4 * width))),
    globalAvgPool(),
    linear(10),
  );
}

export const bestRecipe: Recipe = {
  name: "best",
  net: smallNet(32),
  data: augmented,
  loss: crossEntropy({ labelSmoothing: 0.1 }),
  optimizer: (steps) =>
    sgd({
      lr: oneCycle({ peak: 0.1, steps }),
      momentum: 0.9,
      nesterov: true,
      weightDecay: 5e-4,
    }),
  batchSize: 64,
  epochs: 16,
};
