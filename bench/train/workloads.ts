// Our side of the training benchmark's workloads; torch-peer.py and tfjs-peer.mjs have the same shapes, losses, optimisers.
import {
  adam,
  adamw,
  binaryCrossEntropy,
  crossEntropy,
  type Examples,
  elbo,
  type FitEvent,
  fit,
  type Layer,
  type LayerInput,
  type Loss,
  lenet,
  linear,
  listParameters,
  lstm,
  mlp,
  type Optimizer,
  resnetCifar,
  rng,
  sequential,
  sgd,
  type Tensor,
  type TensorData,
  textTransformer,
  vae,
} from "@lepta/nn";
// The file, not the package, which would load tables and images into a process whose start and memory are measured.
import { tabm } from "../../packages/ml/src/models/tabm.ts";

/** A schedule of learning rates that is asked before every run of the engine, once for each of its steps. */
export type Rate = (step: number) => number;

interface Definition<Y extends LayerInput> {
  readonly name: string;
  readonly batchSize: number;
  /** Steps that one run of the engine takes: `fit`'s option of this name, chosen by measurement. */
  readonly stepsPerRun: number;
  readonly net: Layer<Tensor, Y>;
  readonly loss: Loss<Y>;
  readonly optimizer: (lr: Rate) => Optimizer;
  readonly rate: number;
  /** Examples with a rule that can be learnt, so that a falling loss shows that the steps are steps. */
  readonly examples: (count: number) => Examples;
}

export interface Training {
  readonly events: AsyncIterable<FitEvent>;
  /** Numbers that are trained. */
  readonly parameters: number;
}

export interface Workload {
  readonly name: string;
  readonly stepsPerRun: number;
  /** Trains without end; `atStep` is called with the number of each step before the run that takes it. */
  readonly start: (threads: number, atStep: (step: number) => void) => Training;
}

function workload<Y extends LayerInput>(definition: Definition<Y>): Workload {
  const { name, batchSize, stepsPerRun, net, loss, optimizer, rate } = definition;
  return {
    name,
    stepsPerRun,
    start(threads, atStep) {
      const data = definition.examples(batchSize * stepsPerRun);
      const { shape } = data.inputs as TensorData;
      const parameters = net.init(["N", ...shape.slice(1)], rng(1));
      const trained = listParameters(parameters).filter(({ value }) => value.trained !== false);
      const lr: Rate = (step) => {
        atStep(step);
        return rate;
      };
      return {
        parameters: trained.reduce((sum, { value }) => sum + value.data.length, 0),
        events: fit(net, {
          data,
          loss,
          optimizer: optimizer(lr),
          batchSize,
          epochs: Number.MAX_SAFE_INTEGER,
          stepsPerRun,
          parameters,
          threads,
        }),
      };
    },
  };
}

const random = rng(1);
const normal = (count: number): Float32Array => Float32Array.from({ length: count }, () => random.normal());

/** Normal noise around one pattern a class. */
function classified(shape: readonly number[], classes: number): (count: number) => Examples {
  const size = shape.reduce((a, b) => a * b, 1);
  return (count) => {
    const patterns = normal(classes * size);
    const data = normal(count * size);
    for (let i = 0; i < count; i++) {
      const label = i % classes;
      for (let j = 0; j < size; j++) data[i * size + j]! += patterns[label * size + j]!;
    }
    return {
      inputs: { data, shape: [count, ...shape] },
      target: { data: BigInt64Array.from({ length: count }, (_, i) => BigInt(i % classes)), shape: [count] },
    };
  };
}

/** Texts of 64 different tokens; the next token follows from the one before. */
function texts(length: number): (count: number) => Examples {
  return (count) => {
    const rows = Array.from({ length: count }, () => {
      const first = Math.floor(random.uniform(0, 64));
      const row = [first];
      for (let i = 0; i < length; i++) row.push(((row[i] as number) * 5 + 3) % 64);
      return row;
    });
    const tokens = (from: number): TensorData => ({
      data: BigInt64Array.from(
        rows.flatMap((row) => row.slice(from, from + length)),
        BigInt,
      ),
      shape: [count, length],
    });
    return { inputs: tokens(0), target: tokens(1) };
  };
}

interface Sizes {
  readonly layers: number;
  readonly batchSize: number;
  readonly length: number;
  readonly width: number;
  readonly vocabulary: number;
}

function transformerWorkload(stepsPerRun: number, { layers, batchSize, length, width, vocabulary }: Sizes): Workload {
  return workload({
    name: `transformer-${layers}`,
    batchSize,
    stepsPerRun,
    net: textTransformer({ vocabulary, width, layers, heads: width / 32 }),
    loss: crossEntropy(),
    optimizer: (lr) => adam({ lr }),
    rate: 0.001,
    examples: texts(length),
  });
}

function lenetWorkload(batchSize: number, stepsPerRun: number): Workload {
  return workload({
    name: `lenet-${batchSize}`,
    batchSize,
    stepsPerRun,
    net: lenet(),
    loss: crossEntropy(),
    optimizer: (lr) => sgd({ lr, momentum: 0.9 }),
    rate: 0.001,
    examples: classified([3, 32, 32], 10),
  });
}

export const workloads: readonly Workload[] = [
  lenetWorkload(4, 64),
  lenetWorkload(32, 8),
  lenetWorkload(128, 2),
  workload({
    name: "resnet20-64",
    batchSize: 64,
    stepsPerRun: 1,
    net: resnetCifar(20),
    loss: crossEntropy(),
    optimizer: (lr) => sgd({ lr, momentum: 0.9, weightDecay: 1e-4 }),
    rate: 0.01,
    examples: classified([3, 32, 32], 10),
  }),
  workload({
    name: "mlp-256",
    batchSize: 256,
    stepsPerRun: 8,
    net: mlp({ hidden: [512, 512], out: 1 }),
    loss: binaryCrossEntropy(),
    optimizer: (lr) => adam({ lr }),
    rate: 0.001,
    examples(count) {
      const { inputs, target } = classified([128], 2)(count);
      const labels = (target as { data: BigInt64Array }).data;
      return { inputs, target: { data: Float32Array.from(labels, Number), shape: [count, 1] } };
    },
  }),
  workload({
    name: "tabm-128",
    batchSize: 128,
    stepsPerRun: 6,
    net: tabm({ groups: 5, members: 8, hidden: 32, outputs: 2, dropout: 0.2 }),
    loss: crossEntropy({ shared: true }),
    optimizer: (lr) => adamw({ lr }),
    rate: 0.002,
    examples: classified([117], 2),
  }),
  workload({
    name: "lstm-32",
    batchSize: 32,
    stepsPerRun: 8,
    net: sequential(lstm(128, { returns: "last" }) as Layer, linear(10)),
    loss: crossEntropy(),
    optimizer: (lr) => adam({ lr }),
    rate: 0.001,
    examples: classified([64, 64], 10),
  }),
  transformerWorkload(4, { layers: 2, batchSize: 16, length: 64, width: 128, vocabulary: 1000 }),
  transformerWorkload(2, { layers: 4, batchSize: 8, length: 128, width: 256, vocabulary: 8000 }),
  workload({
    name: "vae-128",
    batchSize: 128,
    stepsPerRun: 8,
    net: vae(),
    loss: elbo(),
    optimizer: (lr) => adam({ lr }),
    rate: 0.001,
    examples(count) {
      const data = Float32Array.from({ length: count * 784 }, () => random.uniform());
      const images = { data, shape: [count, 784] };
      return { inputs: images, target: images };
    },
  }),
];
