// Finds out in what blocks of channels the runtime convolves on this machine, if in any.
import { chooseByModel } from "../grad/formulations/choice.ts";
import { gradients } from "../grad/gradients.ts";
import { apply } from "../graph/apply.ts";
import { buildGraph } from "../graph/build.ts";
import type { Graph, Tensor } from "../graph/node.ts";
import type { Parameters } from "../layers/layer.ts";
import { listParameters } from "../layers/parameters.ts";
import { lowerForward, lowerStep } from "../lower/order.ts";
import type { Feeds, OpenSession, Provider } from "../runtime/session.ts";
import { sizeOf } from "../shape.ts";
import { convolution } from "../tensor/convolution.ts";
import { add, mul } from "../tensor/elementwise.ts";
import { constant, input } from "../tensor/leaves.ts";
import { batchNormalizationTraining } from "../tensor/normalization.ts";
import { reduceSum } from "../tensor/reductions.ts";

/** The sizes that the runtime's kernels have: 16 with AVX-512 and on ARM, 8 on other x86. */
const sizes = [16, 8] as const;

/** Whether a network has convolutions over images, so that the question is worth asking. */
export function hasConvolutions(parameters: Parameters): boolean {
  return listParameters(parameters).some(({ value: { shape } }) => shape.length === 4);
}

const asked = new WeakMap<OpenSession, Promise<number | undefined>>();

/**
 * Channels in a block on this machine: found by a look at how the runtime reorders a small tensor, and confirmed by a
 * small network, whose gradients must be the same in blocks as in the plain layout. Undefined where the runtime has no
 * blocks or other providers than "cpu" run. Asked of the machine once for each way to open sessions.
 */
export function blockSize(open: OpenSession, providers: readonly Provider[]): Promise<number | undefined> {
  if (providers.some((name) => name !== "cpu")) return Promise.resolve(undefined);
  const before = asked.get(open);
  if (before !== undefined) return before;
  // A runtime without these operators refuses the model.
  const answer = find(open).catch(() => undefined);
  asked.set(open, answer);
  return answer;
}

async function find(open: OpenSession): Promise<number | undefined> {
  const order = await reordered(open);
  const block = sizes.find((size) => order.every((value, i) => value === placeOf(i, size)));
  return block !== undefined && (await confirmed(open, block)) ? block : undefined;
}

/** The numbers 0, 1, … of a tensor [1, 16, 1, 2], as the runtime lays them out in blocks. */
async function reordered(open: OpenSession): Promise<readonly number[]> {
  const x = constant({ data: Float32Array.from({ length: 32 }, (_, i) => i), shape: [1, 16, 1, 2] });
  const results = await run(open, buildGraph({ y: apply("ReorderInput", [x]) }));
  return Array.from(results.y ?? []);
}

/** Which of those numbers stands at index `i` in blocks of `block` channels. */
function placeOf(i: number, block: number): number {
  const [group, place, channel] = [Math.floor(i / (2 * block)), Math.floor(i / block) % 2, i % block];
  return (group * block + channel) * 2 + place;
}

/** Whether a network in blocks has the loss and the gradients of the plain one. */
async function confirmed(open: OpenSession, block: number): Promise<boolean> {
  const channels = 2 * block;
  let state = 1;
  const drawn = (shape: readonly number[]): Tensor => {
    const data = Float32Array.from({ length: sizeOf(shape) }, () => {
      state = (state * 48271) % 2147483647;
      return state / 2147483647 - 0.5;
    });
    return constant({ data, shape });
  };
  const x = drawn([2, channels, 4, 6]);
  const factor = drawn([2, channels, 2, 3]);
  const weights = [1, 2].map((i) => input(`w${i}`, "float32", [channels, channels, 3, 3]));
  const [first, second] = weights as [Tensor, Tensor];
  const vectors = [1, 2, 3].map((i) => input(`v${i}`, "float32", [channels]));
  const [scale, shift, bias] = vectors as [Tensor, Tensor, Tensor];
  const hidden = batchNormalizationTraining(convolution(x, first, undefined, { padding: 1 }), scale, shift).y;
  const active = apply("Relu", [add(hidden, x)]);
  const loss = reduceSum(mul(convolution(active, second, bias, { padding: 1, stride: 2 }), factor));
  const wanted = [...weights, ...vectors];
  const plain = [loss, ...gradients(loss, wanted)];
  const target = { trained: wanted, choose: chooseByModel, block };
  const [lowered] = lowerForward([loss], target) as [Tensor];
  const blocked = lowerStep([lowered, ...gradients(lowered, wanted)], target);
  const named = (prefix: string, list: readonly Tensor[]): Record<string, Tensor> =>
    Object.fromEntries(list.map((tensor, i) => [`${prefix}${i}`, tensor] as const));
  const graph = buildGraph({ ...named("plain", plain), ...named("blocked", blocked) }, { inputs: wanted });
  const feeds = wanted.map(({ node, shape }) => [node.name, drawn(shape as readonly number[]).node.data] as const);
  const results = await run(open, graph, Object.fromEntries(feeds));
  return plain.every((_, i) => isClose(results[`plain${i}`], results[`blocked${i}`]));
}

/** Apart by the order of additions only. */
function isClose(a: Float32Array | undefined, b: Float32Array | undefined): boolean {
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  const scale = a.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.every((value, i) => Math.abs(value - (b[i] ?? Number.NaN)) <= 1e-3 * scale);
}

async function run(
  open: OpenSession,
  graph: Graph,
  feeds: Feeds = {},
): Promise<Readonly<Record<string, Float32Array>>> {
  const session = await open(graph, { threads: 1, optimization: "basic" });
  try {
    const results = await session.run(feeds);
    return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array] as const));
  } finally {
    await session.close();
  }
}
