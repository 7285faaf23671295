// Transformer blocks (Vaswani et al. 2017), with normalisation before (Xiong et al. 2020) or after each part.

import type { Tensor } from "../graph/node.ts";
import { knownOptions } from "../known-options.ts";
import type { Shape } from "../shape.ts";
import { add } from "../tensor/elementwise.ts";
import { gelu } from "./activations.ts";
import type { AttentionInput } from "./attention.ts";
import { multiHeadAttention } from "./attention.ts";
import { dropout } from "./dropout.ts";
import type { Context, Layer, Parameters, ParameterTensors } from "./layer.ts";
import { isTensor } from "./layer.ts";
import { layerNorm } from "./layer-norm.ts";
import { featuresOf, linear } from "./linear.ts";
import { checkInputNames } from "./named-input.ts";
import type { Rng } from "./rng.ts";
import { sequential } from "./sequential.ts";

export interface TransformerOptions {
  readonly heads: number;
  /** Width of the layer between (default four times the input's). */
  readonly hidden?: number;
  /** Share that training drops of attention weights, of the layer between and of each part's result (default 0). */
  readonly dropout?: number;
  /** Where the normalisation stands (default "pre"). */
  readonly norm?: "pre" | "post";
  /** A layer without parameters (default gelu()). */
  readonly activation?: Layer;
  /** Each step sees itself and those before it only (default false; decoders always). */
  readonly causal?: boolean;
  /** Turn queries and keys by their places (default false). */
  readonly rotary?: boolean;
}

interface Named {
  readonly x: Tensor;
  readonly mask?: Tensor;
  readonly memory?: Tensor;
  readonly memoryMask?: Tensor;
}

const named = (input: AttentionInput): Named => (isTensor(input) ? { x: input } : (input as unknown as Named));

function shapesOf(inputShape: Shape | Readonly<Record<string, Shape>>): Readonly<Record<string, Shape>> & { x: Shape } {
  return (Array.isArray(inputShape) ? { x: inputShape } : inputShape) as Readonly<Record<string, Shape>> & { x: Shape };
}

/** One residual part of a block: its layer, and what it is given beside the sequence. */
interface Part {
  readonly name: string;
  readonly layer: Layer<AttentionInput>;
  readonly beside: (input: Named) => Readonly<Record<string, Tensor>>;
  readonly besideShapes: (shapes: Readonly<Record<string, Shape>>) => Readonly<Record<string, Shape>>;
}

const nothing = () => ({});

function present<V>(values: Readonly<Record<string, V | undefined>>): Readonly<Record<string, V>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Record<string, V>;
}

/** Parts one after another, each with its own normalisation, added to what it was given. */
function block(
  name: string,
  options: TransformerOptions,
  parts: readonly Part[],
  names: Readonly<Record<"needs" | "takes", readonly string[]>>,
): Layer<AttentionInput> {
  knownOptions<TransformerOptions>(name, options, {
    heads: true,
    hidden: true,
    dropout: true,
    norm: true,
    activation: true,
    causal: true,
    rotary: true,
  });
  const norm = layerNorm();
  const drop = dropout(options.dropout ?? 0);
  const before = (options.norm ?? "pre") === "pre";
  return Object.freeze({
    name,
    init(inputShape: Shape | Readonly<Record<string, Shape>>, random: Rng): Parameters {
      checkInputNames(name, inputShape, names.needs, names.takes);
      const shapes = shapesOf(inputShape);
      return Object.fromEntries(
        parts.flatMap((part): [string, Parameters][] => {
          const beside = part.besideShapes(shapes);
          const shape = Object.keys(beside).length === 0 ? shapes.x : { x: shapes.x, ...beside };
          return [
            [part.name, part.layer.init(shape as Shape, random.fork(part.name))],
            [`${part.name}Norm`, norm.init(shapes.x, random)],
          ];
        }),
      );
    },
    apply(parameters: ParameterTensors, input: AttentionInput, context: Context): Tensor {
      checkInputNames(name, input, names.needs, names.takes);
      const all = named(input);
      return parts.reduce((x, part) => {
        const normalize = (own: Tensor): Tensor =>
          norm.apply(parameters[`${part.name}Norm`] as ParameterTensors, own, context);
        const given = before ? normalize(x) : x;
        const beside = part.beside(all);
        const whole = Object.keys(beside).length === 0 ? given : { x: given, ...beside };
        const inner = context.child(part.name);
        const result = part.layer.apply(parameters[part.name] as ParameterTensors, whole, inner);
        inner.observe(part.layer.name, result);
        const sum = add(x, drop.apply({}, result, context));
        return before ? sum : normalize(sum);
      }, all.x);
    },
  } satisfies Layer<AttentionInput>);
}

function attentionPart(options: TransformerOptions): Part {
  const { heads, causal = false, rotary = false } = options;
  return {
    name: "attention",
    layer: multiHeadAttention(heads, { causal, rotary, dropout: options.dropout ?? 0 }),
    beside: ({ mask }) => present({ mask }),
    besideShapes: ({ mask }) => present({ mask }),
  };
}

function feedForwardPart(options: TransformerOptions): Part {
  const inner = (width: number): Layer =>
    sequential(
      linear(options.hidden ?? 4 * width),
      options.activation ?? gelu(),
      dropout(options.dropout ?? 0),
      linear(width),
    );
  return {
    name: "feedForward",
    layer: Object.freeze({
      name: "feedForward",
      init: (shape: Shape | Readonly<Record<string, Shape>>, random: Rng) =>
        inner(featuresOf(shape as Shape, "feedForward")).init(shape as Shape, random),
      apply: (parameters: ParameterTensors, x: AttentionInput, context: Context) =>
        inner(featuresOf((x as Tensor).shape, "feedForward")).apply(parameters, x as Tensor, context),
    }),
    beside: nothing,
    besideShapes: nothing,
  };
}

/** Attention and a two-layer network on each step. Takes [batch, time, width], or `{ x, mask }`. */
export function transformerEncoderBlock(options: TransformerOptions): Layer<AttentionInput> {
  const parts = [attentionPart(options), feedForwardPart(options)];
  return block("transformerEncoderBlock", options, parts, { needs: ["x"], takes: ["mask"] });
}

/**
 * Causal attention, attention to a memory, and a two-layer network on each step. Takes `{ x, memory }`, with
 * `mask` of the sequence and `memoryMask` where there is padding.
 */
export function transformerDecoderBlock(options: TransformerOptions): Layer<AttentionInput> {
  const parts: readonly Part[] = [
    attentionPart({ ...options, causal: true }),
    {
      name: "memoryAttention",
      layer: multiHeadAttention(options.heads, { dropout: options.dropout ?? 0 }),
      beside: ({ memory, memoryMask }) => present({ memory, mask: memoryMask }),
      besideShapes: ({ memory, memoryMask }) => present({ memory, mask: memoryMask }),
    },
    feedForwardPart(options),
  ];
  return block("transformerDecoderBlock", options, parts, { needs: ["x", "memory"], takes: ["mask", "memoryMask"] });
}

/** Blocks one after another that share mask and memory, with a last normalisation where each block begins with one. */
function stacked(name: string, blocks: readonly Layer<AttentionInput>[], norm: boolean): Layer<AttentionInput> {
  const last = layerNorm();
  return Object.freeze({
    name,
    init(inputShape: Shape | Readonly<Record<string, Shape>>, random: Rng): Parameters {
      const own = blocks.map((each, i) => [String(i), each.init(inputShape as Shape, random.fork(i))] as const);
      return { ...Object.fromEntries(own), ...(norm ? { norm: last.init(shapesOf(inputShape).x, random) } : {}) };
    },
    apply(parameters: ParameterTensors, input: AttentionInput, context: Context): Tensor {
      const { x, ...beside } = named(input);
      const result = blocks.reduce((current, each, i) => {
        const whole = Object.keys(beside).length === 0 ? current : { x: current, ...beside };
        return each.apply(parameters[i] as ParameterTensors, whole as AttentionInput, context.child(String(i)));
      }, x);
      return norm ? last.apply(parameters.norm as ParameterTensors, result, context) : result;
    },
  } satisfies Layer<AttentionInput>);
}

/** `blocks` encoder blocks; takes what a block takes. */
export function transformerEncoder(blocks: number, options: TransformerOptions): Layer<AttentionInput> {
  const list = Array.from({ length: blocks }, () => transformerEncoderBlock(options));
  return stacked(`transformerEncoder(${blocks})`, list, options.norm !== "post");
}

/** `blocks` decoder blocks; takes what a block takes. */
export function transformerDecoder(blocks: number, options: TransformerOptions): Layer<AttentionInput> {
  const list = Array.from({ length: blocks }, () => transformerDecoderBlock(options));
  return stacked(`transformerDecoder(${blocks})`, list, options.norm !== "post");
}
