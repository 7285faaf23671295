// Multi-head attention (Vaswani et al. 2017).

import { NnError } from "../errors.ts";
import { withGradient } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import { knownOptions } from "../known-options.ts";
import type { Shape } from "../shape.ts";
import { formatShape } from "../shape.ts";
import { add, cast, equal, mul, neg, sub } from "../tensor/elementwise.ts";
import { constant } from "../tensor/leaves.ts";
import { gemm, matMul, matMulTransposed } from "../tensor/matrices.ts";
import { softmax } from "../tensor/normalization.ts";
import { reduceMean, reduceSum } from "../tensor/reductions.ts";
import { concat, reshape, reshapeLike, slice, split, squeeze, transpose, unsqueeze } from "../tensor/shaping.ts";
import { dropout } from "./dropout.ts";
import type { Context, Layer, Parameters, ParameterTensors } from "./layer.ts";
import { isTensor } from "./layer.ts";
import { linear } from "./linear.ts";
import { checkInputNames, checkMask } from "./named-input.ts";
import type { Rng } from "./rng.ts";

/**
 * Sequences [batch, time, width], alone or by name. `memory` [batch, keys, width]: what is attended to in place of
 * the sequence itself. `mask` [batch, keys]: not 0 where a key is real.
 */
export type AttentionInput = Tensor | Readonly<Record<string, Tensor>>;

export interface AttentionOptions {
  /** Each step attends to itself and those before it only (default false). */
  readonly causal?: boolean;
  /** Share of attention weights that training drops (default 0). */
  readonly dropout?: number;
  /** Turn queries and keys by angles that grow with their places (Su et al. 2021; default false). */
  readonly rotary?: boolean;
  /**
   * Give the shares of attention beside the result: "mean" over the heads, [batch, time, keys], or of all "heads",
   * [batch, heads, time, keys]. Each row sums to 1, in training before dropout.
   */
  readonly weights?: "mean" | "heads";
}

/** What attention gives where its shares are asked for. */
export type AttentionOutput = Readonly<Record<"output" | "weights", Tensor>>;

/** Added to the scores of keys that must not be seen. */
const unseen = -1e30;

interface Named {
  readonly x: Tensor;
  readonly memory?: Tensor;
  readonly mask?: Tensor;
}

function namedInput(input: AttentionInput): Named {
  return isTensor(input) ? { x: input } : (input as unknown as Named);
}

/**
 * Softmax(Q K' / √size) V in `heads` heads on projections of the input, joined and projected: [batch, time, width] →
 * the same. The width must be a multiple of the heads. Weights start as PyTorch's; those of queries, keys and values
 * stand side by side in `inputs`, or with a memory in `query` and `memory`. With `weights` it gives `{ output, weights }`.
 */
export function multiHeadAttention(
  heads: number,
  options: AttentionOptions & Required<Pick<AttentionOptions, "weights">>,
): Layer<AttentionInput, AttentionOutput>;
export function multiHeadAttention(heads: number, options?: Omit<AttentionOptions, "weights">): Layer<AttentionInput>;
export function multiHeadAttention(
  heads: number,
  options: AttentionOptions = {},
): Layer<AttentionInput, Tensor | AttentionOutput> {
  const name = `multiHeadAttention(${heads})`;
  knownOptions<AttentionOptions>(name, options, { causal: true, dropout: true, rotary: true, weights: true });
  const drop = dropout(options.dropout ?? 0);
  return Object.freeze({
    name,
    init(inputShape: Shape | Readonly<Record<string, Shape>>, random: Rng): Parameters {
      checkInputNames(name, inputShape, ["x"], ["memory", "mask"]);
      const named = Array.isArray(inputShape) ? undefined : (inputShape as Readonly<Record<string, Shape>>);
      const shape = named?.x ?? (inputShape as Shape);
      const width = shape[2];
      if (shape.length !== 3 || typeof width !== "number" || width % heads !== 0) {
        throw new NnError(
          "shape-mismatch",
          `${name}: its input has shape ${formatShape(shape)}.`,
          "Give [batch, time, width] with a width that is a multiple of the heads.",
        );
      }
      const memory = named?.memory?.[2];
      const xavier = (from: number, to: number, blocks: number, fork: string) => {
        const own = random.fork(fork);
        const bound = Math.sqrt(6 / (from + to * blocks));
        const data = Float32Array.from({ length: from * to * blocks }, () => own.uniform(-bound, bound));
        return { weight: { data, shape: [from, to * blocks] }, bias: zeros(to * blocks) };
      };
      const output = { ...linear(width).init([1, width], random.fork("output")), bias: zeros(width) };
      return typeof memory === "number"
        ? { query: xavier(width, width, 1, "query"), memory: xavier(memory, width, 2, "memory"), output }
        : { inputs: xavier(width, width, 3, "inputs"), output };
    },
    apply(parameters: ParameterTensors, input: AttentionInput, context: Context): Tensor | AttentionOutput {
      checkInputNames(name, input, ["x"], ["memory", "mask"]);
      const { x, memory, mask } = namedInput(input);
      checkMask(name, memory ?? x, mask);
      const width = x.shape[2] as number;
      const own = parameters as Readonly<Record<string, Readonly<Record<"weight" | "bias", Tensor>>>>;
      const project = (from: Tensor, key: string, blocks: number): readonly Tensor[] =>
        headsOf(from, own[key] as Record<"weight" | "bias", Tensor>, { heads, width, blocks });
      const [q, k, v] = (
        memory === undefined ? project(x, "inputs", 3) : [...project(x, "query", 1), ...project(memory, "memory", 2)]
      ) as [Tensor, Tensor, Tensor];
      const [turnedQ, turnedK] = options.rotary ? [rotate(q), rotate(k)] : [q, k];
      const biases = [
        ...(options.causal ? [causalBias(q, k)] : []),
        ...(mask === undefined ? [] : [maskBias(mask, q)]),
      ];
      const dropped = context.training && (options.dropout ?? 0) > 0;
      const { result, weights } = attend(turnedQ, turnedK, v, biases, (p) =>
        dropped ? drop.apply({}, p, context) : p,
      );
      const rows = reshape(transpose(result, [0, 2, 1, 3]), [-1, width]);
      const projected = gemm(rows, own.output?.weight as Tensor, own.output?.bias);
      const output = reshapeLike(projected, [...x.shape.slice(0, 2), width], x);
      if (options.weights === undefined) return output;
      return { output, weights: options.weights === "heads" ? weights : reduceMean(weights, 1) };
    },
  });
}

const zeros = (size: number) => ({ data: new Float32Array(size), shape: [size] });

/** Projections of [batch, time, …] as `blocks` tensors [batch, heads, time, size]. */
function headsOf(
  from: Tensor,
  { weight, bias }: Readonly<Record<"weight" | "bias", Tensor>>,
  { heads, width, blocks }: Readonly<Record<"heads" | "width" | "blocks", number>>,
): readonly Tensor[] {
  const rows = gemm(reshape(from, [-1, from.shape[2] as number]), weight, bias);
  const apart = reshapeLike(rows, [...from.shape.slice(0, 2), blocks, heads, width / heads], from);
  const turned = transpose(apart, [2, 0, 3, 1, 4]);
  if (blocks === 1) return [squeeze(turned, 0)];
  return split(turned, new Array<number>(blocks).fill(1), 0).map((part) => squeeze(part, 0));
}

function knownTime(tensor: Tensor, what: string): number {
  const time = tensor.shape[2];
  if (typeof time === "number") return time;
  throw new NnError(
    "shape-mismatch",
    `multiHeadAttention: ${what} needs a known number of time steps, which here is ${String(time)}.`,
    "Give sequences of a known length; mask what is padding.",
  );
}

/** 0 on and below the diagonal that ends at the last key, otherwise `unseen`: [queries, keys]. */
function causalBias(q: Tensor, k: Tensor): Tensor {
  const [queries, keys] = [knownTime(q, "a causal mask"), knownTime(k, "a causal mask")];
  const data = Float32Array.from({ length: queries * keys }, (_, i) =>
    (i % keys) - (keys - queries) > Math.floor(i / keys) ? unseen : 0,
  );
  return cast(constant({ data, shape: [queries, keys] }), q.dtype);
}

/** [batch, keys] → [batch, 1, 1, keys]. */
function maskBias(mask: Tensor, { dtype }: Tensor): Tensor {
  const absent = equal(cast(mask, dtype), constant(0, dtype));
  return unsqueeze(mul(cast(absent, dtype), unseen), 1, 2);
}

/**
 * Softmax of scaled scores times values, and the softmax. The gradient keeps the weights and takes two passes over them.
 */
function attend(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  biases: readonly Tensor[],
  drop: (weights: Tensor) => Tensor,
): { readonly result: Tensor; readonly weights: Tensor } {
  const alpha = 1 / Math.sqrt(q.shape[3] as number);
  const scores = matMulTransposed(q, k, { alpha, transB: true });
  const weights = softmax(
    biases.length === 0
      ? scores
      : add(
          scores,
          biases.reduce((a, b) => add(a, b)),
        ),
  );
  const dropped = drop(weights);
  const result = matMul(dropped, v);
  if (dropped !== weights) return { result, weights };
  const whole = withGradient(result, [q, k, v, weights], (g, [qNow, kNow, vNow, p], output) => {
    const [query, key, value, weight] = [qNow, kNow, vNow, p] as [Tensor, Tensor, Tensor, Tensor];
    const toWeights = matMulTransposed(g, value, { transB: true });
    // The sum over keys of weight and gradient is that over features of output and gradient, a smaller tensor.
    const shift = reduceSum(mul(g, output), -1, { keepDims: true });
    const toScores = mul(weight, sub(toWeights, shift));
    return [
      matMulTransposed(toScores, key, { alpha }),
      matMulTransposed(toScores, query, { alpha, transA: true }),
      matMulTransposed(weight, g, { transA: true }),
    ];
  });
  return { result: whole, weights };
}

/** Turns the pairs (i, i + size/2) of each step by place / 10000^(2i/size). */
function rotate(x: Tensor): Tensor {
  const [time, size] = [knownTime(x, "rotary encoding"), x.shape[3] as number];
  const half = size / 2;
  const angle = (i: number): number => Math.floor(i / size) * 10000 ** (-(((i % size) % half) * 2) / size);
  const table = (f: (angle: number) => number): Tensor =>
    cast(
      constant({ data: Float32Array.from({ length: time * size }, (_, i) => f(angle(i))), shape: [time, size] }),
      x.dtype,
    );
  const swapped = concat([neg(slice(x, half, size, 3)), slice(x, 0, half, 3)], 3);
  return add(mul(x, table(Math.cos)), mul(swapped, table(Math.sin)));
}
