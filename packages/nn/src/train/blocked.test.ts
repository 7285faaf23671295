// Convolutions in blocks of channels have the numbers of the plain layout: each by itself, and in a whole step. Where
// the machine has no blocks the comparisons are skipped by name.
import { describe, expect, test } from "vitest";
import { createSession } from "#session";
import { compareWithFiniteDifferences } from "../../testing/finite-differences.ts";
import { chooseByModel } from "../grad/formulations/choice.ts";
import type { Choose } from "../grad/formulations/formulation.ts";
import type { Graph } from "../graph/node.ts";
import type { ConvolutionOptions, Layer, Tensor, TensorData } from "../index.ts";
import {
  add,
  basicBlock,
  batchNorm,
  batchNormalizationTraining,
  buildGraph,
  conv2d,
  convolution,
  crossEntropy,
  fit,
  globalAvgPool,
  gradients,
  input,
  leakyRelu,
  linear,
  listParameters,
  maxPool,
  maxPool2d,
  mul,
  reduceSum,
  relu,
  rng,
  sequential,
  sgd,
  verify,
} from "../index.ts";
import { blockChannels } from "../lower/blocked/block-channels.ts";
import { blockOutputs } from "../lower/blocked/block-outputs.ts";
import { fuseBlocked } from "../lower/blocked/fuse-blocked.ts";
import { createSession as createWebSession } from "../runtime/session.web.ts";
import { blockSize, hasConvolutions } from "./block-size.ts";
import type { StepPlan } from "./plan.ts";
import { buildStep } from "./step.ts";
import { layoutOf } from "./vector.ts";

const block = await blockSize(createSession, ["cpu"]);
const blocks = { block: block ?? 16, choose: chooseByModel };

interface Case {
  readonly title: string;
  readonly shapes: readonly (readonly number[])[];
  readonly options?: ConvolutionOptions;
}

const cases: readonly Case[] = [
  { title: "3×3, padded", shapes: [[2, 16, 5, 6], [32, 16, 3, 3], [32]], options: { padding: 1 } },
  {
    title: "3×3, not padded",
    shapes: [
      [3, 32, 6, 5],
      [16, 32, 3, 3],
    ],
  },
  { title: "1×1", shapes: [[2, 32, 4, 4], [32, 32, 1, 1], [32]] },
  {
    title: "even, padded on one side",
    shapes: [
      [2, 16, 5, 5],
      [16, 16, 2, 4],
    ],
    options: { padding: [0, 1] },
  },
  {
    title: "dilated",
    shapes: [
      [2, 16, 8, 9],
      [16, 16, 3, 3],
    ],
    options: { padding: 2, dilation: 2 },
  },
  {
    title: "padded by more than the kernel",
    shapes: [
      [2, 16, 4, 4],
      [16, 16, 2, 2],
    ],
    options: { padding: 3 },
  },
  { title: "stride 2", shapes: [[2, 16, 8, 6], [32, 16, 3, 3], [32]], options: { stride: 2, padding: 1 } },
  {
    title: "stride 2, 1×1",
    shapes: [
      [2, 16, 8, 6],
      [32, 16, 1, 1],
    ],
    options: { stride: 2 },
  },
  {
    title: "stride 2, 4×4",
    shapes: [
      [2, 16, 8, 8],
      [16, 16, 4, 4],
    ],
    options: { stride: 2, padding: 1 },
  },
  {
    title: "strides 3 and 2",
    shapes: [
      [2, 16, 9, 8],
      [16, 16, 5, 3],
    ],
    options: { stride: [3, 2], padding: [2, 1] },
  },
  {
    title: "stride 2 over odd sizes",
    shapes: [
      [2, 16, 7, 9],
      [16, 16, 3, 3],
    ],
    options: { stride: 2, padding: 1 },
  },
];

const random = rng(5);
const drawn = (shape: readonly number[]): TensorData => ({
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.uniform(-1, 1)),
  shape,
});

async function run(graph: Graph, feeds: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>> {
  verify(graph);
  const session = await createSession(graph);
  try {
    return await session.run(feeds);
  } finally {
    await session.close();
  }
}

/** The largest difference, as a part of the largest number. */
function apart(a: TensorData | undefined, b: TensorData | undefined): number {
  const [first, second] = [a?.data as Float32Array, b?.data as Float32Array];
  expect(second).toHaveLength(first.length);
  const scale = first.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
  return first.reduce((most, value, i) => Math.max(most, Math.abs(value - (second[i] ?? Number.NaN))), 0) / scale;
}

/** A loss and its gradients in the plain layout and in blocks, on the same values; the blocked graph is given back. */
async function compare(
  build: (...inputs: readonly Tensor[]) => Tensor,
  shapes: readonly (readonly number[])[],
  pass = blockChannels,
): Promise<Graph> {
  const inputs = shapes.map((shape, i) => input(`x${i}`, "float32", shape));
  const y = build(...inputs);
  const factor = input("factor", "float32", y.shape);
  const loss = reduceSum(mul(y, factor));
  const feeds = Object.fromEntries(
    [...inputs, factor].map(
      (tensor) => [tensor.node.name as string, drawn(tensor.shape as readonly number[])] as const,
    ),
  );
  const graphOf = (list: readonly Tensor[]): Graph =>
    buildGraph(Object.fromEntries(list.map((tensor, i) => [`y${i}`, tensor] as const)), {
      inputs: [...inputs, factor],
    });
  const plain = await run(graphOf([loss, y, ...gradients(loss, inputs)]), feeds);
  const [blockedLoss, blockedY] = pass([loss, y], blocks) as [Tensor, Tensor];
  const graph = graphOf(fuseBlocked([blockedLoss, blockedY, ...gradients(blockedLoss, inputs)], blocks.block));
  const found = await run(graph, feeds);
  for (const name of Object.keys(plain)) expect(apart(plain[name], found[name])).toBeLessThan(2e-5);
  return graph;
}

const opsOf = ({ nodes }: Graph): readonly string[] => nodes.map(({ op }) => op);

describe("what the probe finds", () => {
  test("a size, the same when asked again; none beside other providers", async () => {
    expect([undefined, 8, 16]).toContain(block);
    expect(await blockSize(createSession, ["cpu"])).toBe(block);
    expect(await blockSize(createSession, ["cuda", "cpu"])).toBeUndefined();
  });
  test("none where the runtime lacks the operators", async () => {
    expect(await blockSize(createWebSession, ["cpu"])).toBeUndefined();
  });
  test("nothing to ask for in a network without images", () => {
    const init = (net: Layer, shape: readonly number[]): boolean => hasConvolutions(net.init(["N", ...shape], rng(1)));
    expect(init(sequential(linear(16), linear(16)), [16])).toBe(false);
    expect(init(sequential(conv2d(6, 3), conv2d(16, 3)), [3, 9, 9])).toBe(true);
  });
});

describe.skipIf(block === undefined)("in blocks of channels", () => {
  test.each(cases)("a convolution, $title", async ({ shapes, options }) => {
    const graph = await compare((x, w, b) => convolution(x as Tensor, w as Tensor, b, options), shapes);
    expect(opsOf(graph)).toContain("BlockedConv");
  });

  test("a convolution of few channels joins another one; alone it stays", async () => {
    const small = (x?: Tensor, w?: Tensor): Tensor => convolution(x as Tensor, w as Tensor, undefined, { padding: 1 });
    const shapes = [
      [2, 3, 6, 6],
      [16, 3, 3, 3],
      [16, 16, 3, 3],
    ];
    const both = await compare((x, w, v) => small(leakyRelu(small(x, w)), v), shapes);
    expect(opsOf(both).filter((op) => op === "ReorderInput")).toHaveLength(1);
    const alone = await compare((x, w) => relu(small(x, w)), shapes.slice(0, 2));
    expect(opsOf(alone)).not.toContain("BlockedConv");
  });

  test.each([
    { title: "whole blocks of outputs", shapes: [[2, 6, 7, 6], [32, 6, 3, 3], [32]] },
    { title: "outputs that fill a block in part", shapes: [[2, 3, 8, 7], [12, 3, 5, 5], [12]] },
    {
      title: "no bias",
      shapes: [
        [3, 1, 6, 6],
        [24, 1, 3, 3],
      ],
    },
  ])("few input channels, $title", async ({ shapes }) => {
    const build = (x?: Tensor, w?: Tensor, b?: Tensor): Tensor =>
      maxPool(relu(convolution(x as Tensor, w as Tensor, b, { padding: 1 })), 2);
    const graph = await compare(build, shapes, blockOutputs);
    expect(opsOf(graph)).toContain("BlockedConv");
    const back = graph.nodes.filter(({ op }) => op === "ReorderOutput");
    expect(back.map(({ attributes }) => attributes.channels)).toEqual([shapes[1]?.[0]]);
  });

  test("one tap, or outputs that would fill less than half a block, stay plain", async () => {
    const build = (x?: Tensor, w?: Tensor): Tensor => convolution(x as Tensor, w as Tensor);
    const forward = (weight: readonly number[]): readonly string[] => {
      const [x, w] = [input("x", "float32", [2, 3, 8, 8]), input("w", "float32", weight)];
      return opsOf(buildGraph({ y: blockOutputs([build(x, w)], blocks)[0] as Tensor }));
    };
    expect(forward([16, 3, 1, 1])).toEqual(["Conv"]);
    expect(forward([3, 3, 3, 3])).toEqual(["Conv"]);
  });

  const byChannel = { title: "by channel", kernel: [3, 3], options: { padding: 1 } };
  test.each<{ title: string; kernel: readonly number[]; options: ConvolutionOptions }>([
    byChannel,
    { title: "by channel, dilated", kernel: [2, 3], options: { padding: 2, dilation: 2 } },
    { title: "by channel, padded far", kernel: [2, 2], options: { padding: 2 } },
    { title: "by channel, stride 2", kernel: [3, 3], options: { padding: 1, stride: 2 } },
  ])("a convolution behind another one, $title", async ({ kernel, options }) => {
    const graph = await compare(
      (x, w, v, b) => {
        const before = convolution(x as Tensor, w as Tensor, undefined);
        return convolution(before, v as Tensor, b, { ...options, groups: 32 });
      },
      [[2, 16, 6, 5], [32, 16, 1, 1], [32, 1, ...kernel], [32]],
    );
    const groups = graph.nodes.filter(({ op, attributes }) => op === "BlockedConv" && attributes.group === 32);
    expect(groups).toHaveLength(options === byChannel.options || options.dilation !== undefined ? 2 : 1);
  });

  test("weights' gradients read images of one block, and of two, in the order of the blocks", async () => {
    const crossed: Choose = (family, workload, valid) =>
      valid.find(({ name }) => name === "crossed-shift") ?? chooseByModel(family, workload, valid);
    const large = (x?: Tensor, w?: Tensor, v?: Tensor): Tensor => {
      const y = convolution(x as Tensor, w as Tensor, undefined, { padding: 1 });
      return convolution(relu(y), v as Tensor, undefined, { padding: 1 });
    };
    for (const channels of [16, 32]) {
      const weight = [channels, channels, 3, 3];
      const graph = await compare(large, [[2, channels, 5, 6], weight, weight], (tensors) =>
        blockChannels(tensors, { ...blocks, choose: crossed }),
      );
      // Each of the two pads its input's columns twice and its gradient's rows; columns in one block are convolved.
      expect(opsOf(graph).filter((op) => op === "Pad")).toHaveLength(channels === block ? 6 : 8);
    }
  });

  test("a residual block is two convolutions with all that stands between them", async () => {
    const graph = await compare(
      (x, w, v, scale, bias) => {
        const hidden = convolution(x as Tensor, w as Tensor, undefined, { padding: 1 });
        const { y } = batchNormalizationTraining(hidden, scale as Tensor, bias as Tensor);
        return relu(add(convolution(relu(y), v as Tensor, undefined, { padding: 1 }), x as Tensor));
      },
      [[3, 32, 5, 4], [32, 32, 3, 3], [32, 32, 3, 3], [32], [32]],
    );
    expect(opsOf(graph)).not.toContain("BatchNormalization");
    expect(opsOf(graph)).not.toContain("Relu");
    expect(graph.nodes.filter(({ attributes }) => attributes.activation === "Relu")).toHaveLength(2);
  });

  test("gradients equal finite differences", async () => {
    const build = (x?: Tensor, w?: Tensor, scale?: Tensor, bias?: Tensor): Tensor => {
      const y = convolution(x as Tensor, w as Tensor, undefined, { padding: 1, stride: 2 });
      const [blocked] = blockChannels([batchNormalizationTraining(y, scale as Tensor, bias as Tensor).y], blocks);
      return blocked as Tensor;
    };
    const shapes = [[2, 16, 4, 2], [16, 16, 3, 1], [16], [16]];
    const { error, tolerance } = await compareWithFiniteDifferences({
      op: "BlockedConv",
      dtype: "float32",
      shapes,
      build,
    });
    expect(error).toBeLessThan(tolerance);
  });

  test("a step has the same loss and the same next state", async () => {
    const net = sequential(
      conv2d(16, 3, { padding: 1, bias: false }),
      batchNorm(),
      relu(),
      basicBlock(16),
      maxPool2d(2),
      basicBlock(32, 2),
      globalAvgPool(),
      linear(5),
    );
    const parameters = net.init(["N", 3, 12, 12], rng(1));
    const named = listParameters(parameters);
    const optimizer = sgd({ lr: 0.1, momentum: 0.9 });
    const layout = layoutOf(named, optimizer.joinable);
    const plan = {
      net,
      parameters,
      layout,
      loss: crossEntropy(),
      optimizer,
      arrays: [
        { name: "input", dtype: "float32", shape: [3, 12, 12] },
        { name: "target", dtype: "int64", shape: [] },
      ],
    } as unknown as StepPlan;
    const values = layout.pack(named.map(({ value }) => value));
    const state = [...values, ...optimizer.init(values.slice(0, layout.trained))];
    const feeds = Object.fromEntries(state.map((value, i) => [`state${i}`, value] as const));
    for (const steps of [1, 2]) {
      const shapes = state.map(({ shape }) => shape);
      feeds.input = drawn([steps, 8 / steps, 3, 12, 12]);
      feeds.target = { data: BigInt64Array.from({ length: 8 }, (_, i) => BigInt(i % 5)), shape: [steps, 8 / steps] };
      feeds.scalar0 = { data: new Float32Array(steps).fill(0.1), shape: [steps] };
      const plain = await run(buildStep(plan, shapes, steps, 8 / steps).graph, feeds);
      const { graph } = buildStep({ ...plan, block }, shapes, steps, 8 / steps);
      const found = await run(graph, feeds);
      for (const name of Object.keys(plain)) expect(apart(plain[name], found[name])).toBeLessThan(1e-4);
      // Five forward and three backward (with a stride the kernels are smaller): nothing is computed twice.
      const body = steps === 1 ? graph : (graph.nodes.find(({ op }) => op === "Scan")?.attributes.body as Graph);
      const large = body.nodes.filter(
        ({ op, attributes }) => op === "BlockedConv" && `${attributes.kernel_shape}` === "3,3",
      );
      expect(large).toHaveLength(8);
    }
  });

  test("the same seed gives the same curve, and the model that comes out is a plain one", async () => {
    const train = async () => {
      const training = fit(
        sequential(conv2d(16, 3), relu(), conv2d(32, 3, { stride: 2 }), relu(), globalAvgPool(), linear(3)),
        {
          data: {
            inputs: { data: drawnOnce, shape: [12, 3, 10, 10] },
            target: { data: BigInt64Array.from({ length: 12 }, (_, i) => BigInt(i % 3)), shape: [12] },
          },
          loss: crossEntropy(),
          optimizer: sgd({ lr: 0.1 }),
          batchSize: 5,
          epochs: 3,
          seed: 4,
        },
      );
      return training.result;
    };
    const [first, second] = [await train(), await train()];
    expect(second.history.map(({ loss }) => loss)).toEqual(first.history.map(({ loss }) => loss));
    expect(opsOf(first.graph())).not.toContain("BlockedConv");
  });
});

const drawnOnce = drawn([12, 3, 10, 10]).data as Float32Array;
