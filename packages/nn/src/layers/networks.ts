// Ready networks on rows and texts, in one line each.

import { NnError } from "../errors.ts";
import type { Tensor } from "../graph/node.ts";
import { knownOptions } from "../known-options.ts";
import type { Shape } from "../shape.ts";
import { cast, div, max, mul } from "../tensor/elementwise.ts";
import { reduceMean, reduceSum } from "../tensor/reductions.ts";
import { unsqueeze } from "../tensor/shaping.ts";
import { relu } from "./activations.ts";
import { dropout } from "./dropout.ts";
import { embedding } from "./embedding.ts";
import type { Context, Layer, Parameters, ParameterTensors } from "./layer.ts";
import { isTensor } from "./layer.ts";
import { linear } from "./linear.ts";
import { checkInputNames, checkMask } from "./named-input.ts";
import { positionalEncoding } from "./positional-encoding.ts";
import { lstm } from "./recurrent/recurrent.ts";
import type { Rng } from "./rng.ts";
import { sequential } from "./sequential.ts";
import type { TransformerOptions } from "./transformer.ts";
import { transformerEncoder } from "./transformer.ts";

export interface MlpOptions {
  /** Widths of the layers between. */
  readonly hidden: readonly number[];
  /** Numbers that come out. */
  readonly out: number;
  /** A layer without parameters (default relu()). */
  readonly activation?: Layer;
  /** After each layer between (default 0). */
  readonly dropout?: number;
}

/** A multilayer perceptron: [batch, in] → [batch, out]. */
export function mlp(options: MlpOptions): Layer {
  knownOptions<MlpOptions>("mlp", options, { hidden: true, out: true, activation: true, dropout: true });
  const { hidden, out, activation = relu(), dropout: rate = 0 } = options;
  const between = hidden.flatMap((width) => [linear(width), activation, ...(rate > 0 ? [dropout(rate)] : [])]);
  const [first = linear(out), ...rest] = [...between, linear(out)];
  return sequential(first, ...rest);
}

/** Tokens [batch, time], alone or as `{ x, mask }` with `mask` not 0 where a token is real. */
export type TokenInput = Tensor | Readonly<Record<"x" | "mask", Tensor>>;

function parts(layer: string, input: TokenInput): { readonly tokens: Tensor; readonly mask: Tensor | undefined } {
  if (isTensor(input)) return { tokens: input, mask: undefined };
  checkInputNames(layer, input, ["x"], ["mask"]);
  const { x, mask } = input as Record<"x" | "mask", Tensor>;
  checkMask(layer, x, mask);
  return { tokens: x, mask };
}

const together = (x: Tensor, mask: Tensor | undefined) => (mask === undefined ? x : { x, mask });

/** The sizes [batch, time] of tokens. */
function tokenShape(layer: string, inputShape: Shape | Readonly<Record<string, Shape>>): Shape {
  checkInputNames(layer, inputShape, ["x"], ["mask"]);
  return Array.isArray(inputShape) ? (inputShape as Shape) : ((inputShape as Record<string, Shape>).x ?? []);
}

function checkCounts(layer: string, counts: Readonly<Record<string, number>>): void {
  const bad = Object.entries(counts).find(([, count]) => !Number.isSafeInteger(count) || count < 1);
  if (bad === undefined) return;
  throw new NnError("attribute-invalid", `${layer}: ${bad[0]} is ${bad[1]}.`, "Give a whole number from 1 on.");
}

export interface LstmClassifierOptions {
  /** Number of different tokens. */
  readonly vocabulary: number;
  readonly classes: number;
  /** Size of a token's vector (default 64). */
  readonly width?: number;
  /** Default 128. */
  readonly hidden?: number;
  /** Layers one on another (default 1). */
  readonly layers?: number;
  readonly bidirectional?: boolean;
  /** On the token vectors and the last result (default 0). */
  readonly dropout?: number;
}

/** Token vectors, lstm layers and a linear layer on the last step: tokens [batch, time] → logits [batch, classes]. */
export function lstmClassifier(options: LstmClassifierOptions): Layer<TokenInput> {
  knownOptions<LstmClassifierOptions>("lstmClassifier", options, {
    vocabulary: true,
    classes: true,
    width: true,
    hidden: true,
    layers: true,
    bidirectional: true,
    dropout: true,
  });
  const { vocabulary, classes, width = 64, hidden = 128, layers = 1, bidirectional = false } = options;
  checkCounts("lstmClassifier", { vocabulary, classes, width, hidden, layers });
  const embed = embedding(vocabulary, width);
  const drop = dropout(options.dropout ?? 0);
  const head = linear(classes);
  const stack = Array.from({ length: layers }, (_, i) =>
    lstm(hidden, { bidirectional, returns: i === layers - 1 ? "last" : "sequence" }),
  );
  const between = bidirectional ? 2 * hidden : hidden;
  return Object.freeze({
    name: `lstmClassifier(${classes})`,
    init(inputShape: Shape | Readonly<Record<string, Shape>>, random: Rng): Parameters {
      const shape = tokenShape("lstmClassifier", inputShape);
      const own = stack.map((each, i): [string, Parameters] => [
        `lstm${i}`,
        each.init([...shape, i === 0 ? width : between] as Shape, random.fork(`lstm${i}`)),
      ]);
      return {
        tokens: embed.init(shape, random.fork("tokens")),
        ...Object.fromEntries(own),
        head: head.init([shape[0] ?? "N", between], random.fork("head")),
      };
    },
    apply(parameters: ParameterTensors, input: TokenInput, context: Context): Tensor {
      const { tokens, mask } = parts("lstmClassifier", input);
      const own = (name: string): ParameterTensors => parameters[name] as ParameterTensors;
      let x = drop.apply({}, embed.apply(own("tokens"), tokens, context), context);
      for (const [i, each] of stack.entries()) {
        x = each.apply(own(`lstm${i}`), together(x, mask), context.child(`lstm${i}`));
        context.observe(`lstm${i}`, x);
      }
      return head.apply(own("head"), drop.apply({}, x, context), context);
    },
  } satisfies Layer<TokenInput>);
}

export interface TextTransformerOptions extends Omit<TransformerOptions, "norm"> {
  /** Number of different tokens. */
  readonly vocabulary: number;
  readonly width: number;
  /** Number of blocks. */
  readonly layers: number;
  /** Most tokens of a text (default the length of the texts in training). */
  readonly length?: number;
  /** Number of classes of a text. Without it, every token gets logits over the vocabulary: a language model. */
  readonly classes?: number;
}

/**
 * Token vectors with learned places (or turned queries and keys with `rotary`), encoder blocks, and logits: of the
 * mean over all real tokens [batch, classes], or of every token [batch, time, vocabulary]. `causal` is true by
 * default for language models.
 */
export function textTransformer(options: TextTransformerOptions): Layer<TokenInput> {
  knownOptions<TextTransformerOptions>("textTransformer", options, {
    vocabulary: true,
    width: true,
    layers: true,
    length: true,
    classes: true,
    heads: true,
    hidden: true,
    dropout: true,
    activation: true,
    causal: true,
    rotary: true,
  });
  const { vocabulary, width, layers, length, classes, ...inner } = options;
  const { rotary = false } = inner;
  checkCounts("textTransformer", { vocabulary, width, layers, heads: options.heads });
  const embed = embedding(vocabulary, width);
  const places = positionalEncoding({ kind: "learned", ...(length === undefined ? {} : { length }) });
  const blocks = transformerEncoder(layers, { ...inner, causal: inner.causal ?? classes === undefined });
  const drop = dropout(options.dropout ?? 0);
  const head = linear(classes ?? vocabulary);
  return Object.freeze({
    name: `textTransformer(${layers} × ${width})`,
    init(inputShape: Shape | Readonly<Record<string, Shape>>, random: Rng): Parameters {
      const shape = [...tokenShape("textTransformer", inputShape), width];
      return {
        tokens: embed.init(shape, random.fork("tokens")),
        ...(rotary ? {} : { places: places.init(shape, random.fork("places")) }),
        blocks: blocks.init(shape, random.fork("blocks")),
        head: head.init(shape, random.fork("head")),
      };
    },
    apply(parameters: ParameterTensors, input: TokenInput, context: Context): Tensor {
      const { tokens, mask } = parts("textTransformer", input);
      const own = (name: string): ParameterTensors => parameters[name] as ParameterTensors;
      const vectors = embed.apply(own("tokens"), tokens, context);
      const placed = rotary ? vectors : places.apply(own("places"), vectors, context);
      const x = blocks.apply(own("blocks"), together(drop.apply({}, placed, context), mask), context.child("blocks"));
      return head.apply(own("head"), classes === undefined ? x : pooled(x, mask), context);
    },
  } satisfies Layer<TokenInput>);
}

/** The mean over real steps: [batch, time, width] → [batch, width]. */
function pooled(x: Tensor, mask: Tensor | undefined): Tensor {
  if (mask === undefined) return reduceMean(x, 1);
  const real = unsqueeze(cast(mask, x.dtype), 2);
  return div(reduceSum(mul(x, real), 1), max(reduceSum(real, 1), 1));
}
