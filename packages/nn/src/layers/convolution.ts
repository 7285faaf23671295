// Convolution layers over one and two axes, with groups, by channel, and transposed.

import { NnError } from "../errors.ts";
import type { Tensor } from "../graph/node.ts";
import { knownOptions } from "../known-options.ts";
import type { Shape } from "../shape.ts";
import { formatShape } from "../shape.ts";
import type { ConvolutionOptions, TransposedConvolutionOptions } from "../tensor/convolution.ts";
import { convolution, transposedConvolution } from "../tensor/convolution.ts";
import type { PerAxis } from "../tensor/windows.ts";
import { perAxis } from "../tensor/windows.ts";
import type { Layer, Parameters } from "./layer.ts";
import { layer } from "./layer.ts";
import type { Rng } from "./rng.ts";
import { sequential } from "./sequential.ts";

/** Channels of [batch, channels, …], which must be known. Throws `shape-mismatch`. */
export function channelsOf(shape: Shape, name: string, spatial?: number): number {
  const channels = shape[1];
  const rankFits = spatial === undefined ? shape.length >= 2 : shape.length === spatial + 2;
  if (rankFits && typeof channels === "number" && channels > 0) return channels;
  throw new NnError(
    "shape-mismatch",
    `${name}: its input ${formatShape(shape)} is not [batch, channels${spatial === undefined ? ", …" : ", size".repeat(spatial)}].`,
    "Give the channels as a number on the second axis.",
  );
}

interface Bias {
  /** Add a number to each output channel (default true). */
  readonly bias?: boolean;
}

export interface ConvolutionLayerOptions extends ConvolutionOptions, Bias {}

export interface TransposedConvolutionLayerOptions extends TransposedConvolutionOptions, Bias {}

type TensorsByName = { readonly weight: Tensor; readonly bias?: Tensor };

/** Weights and biases uniform in ±1/√(inputs of one output), as PyTorch's convolutions start. */
function draw(rng: Rng, shape: readonly number[], fanIn: number, out: number, withBias: boolean): Parameters {
  const bound = 1 / Math.sqrt(fanIn);
  const uniform = (count: number): Float32Array =>
    Float32Array.from({ length: count }, () => rng.uniform(-bound, bound));
  const weight = { data: uniform(shape.reduce((a, b) => a * b, 1)), shape };
  return withBias ? { weight, bias: { data: uniform(out), shape: [out] } } : { weight };
}

function checkGroups(name: string, channels: number, out: number, groups: number): void {
  if (channels % groups === 0 && out % groups === 0) return;
  throw new NnError(
    "attribute-invalid",
    `${name}: ${groups} groups divide not both ${channels} input channels and ${out} output channels.`,
    "Use a number of groups that divides both.",
  );
}

function convolutionLayer(spatial: number, out: number, size: PerAxis, options: ConvolutionLayerOptions): Layer {
  const kernel = perAxis(size, spatial, "kernel", 1);
  const name = `conv${spatial}d(${out}, ${kernel.join("×")})`;
  knownOptions<ConvolutionLayerOptions>(name, options, {
    stride: true,
    dilation: true,
    padding: true,
    groups: true,
    bias: true,
  });
  const { bias = true, ...window } = options;
  const groups = options.groups ?? 1;
  return layer({
    name,
    init(inputShape, rng) {
      const channels = channelsOf(inputShape, name, spatial);
      checkGroups(name, channels, out, groups);
      const perGroup = channels / groups;
      return draw(rng, [out, perGroup, ...kernel], perGroup * kernel.reduce((a, b) => a * b, 1), out, bias);
    },
    apply: (parameters, x) => {
      const own = parameters as unknown as TensorsByName;
      return convolution(x, own.weight, own.bias, window);
    },
  });
}

/** [batch, in, length] → [batch, out, length']. */
export function conv1d(out: number, kernel: number, options: ConvolutionLayerOptions = {}): Layer {
  return convolutionLayer(1, out, kernel, options);
}

/** [batch, in, height, width] → [batch, out, height', width']. */
export function conv2d(out: number, kernel: PerAxis, options: ConvolutionLayerOptions = {}): Layer {
  return convolutionLayer(2, out, kernel, options);
}

/** A convolution of every channel by itself, `multiplier` (default 1) results each. */
export function depthwiseConv2d(
  kernel: PerAxis,
  options: Omit<ConvolutionLayerOptions, "groups"> & { readonly multiplier?: number } = {},
): Layer {
  const { multiplier = 1, ...rest } = options;
  const name = `depthwiseConv2d(${perAxis(kernel, 2, "kernel", 1).join("×")})`;
  const inner = (shape: Shape): Layer => {
    const channels = channelsOf(shape, name, 2);
    return convolutionLayer(2, channels * multiplier, kernel, { ...rest, groups: channels });
  };
  return layer({
    name,
    init: (inputShape, rng) => inner(inputShape).init(inputShape, rng),
    apply: (parameters, x, context) => inner(x.shape).apply(parameters, x, context),
  });
}

/** A depthwise convolution, then one of size 1 over the channels (Sifre 2014; MobileNet, Howard et al. 2017). */
export function separableConv2d(
  out: number,
  kernel: PerAxis,
  options: Omit<ConvolutionLayerOptions, "groups"> = {},
): Layer {
  return sequential(
    depthwiseConv2d(kernel, { ...options, bias: false }),
    conv2d(out, 1, { bias: options.bias ?? true }),
  );
}

function transposedLayer(
  spatial: number,
  out: number,
  size: PerAxis,
  options: TransposedConvolutionLayerOptions,
): Layer {
  const kernel = perAxis(size, spatial, "kernel", 1);
  const name = `convTranspose${spatial}d(${out}, ${kernel.join("×")})`;
  knownOptions<TransposedConvolutionLayerOptions>(name, options, {
    stride: true,
    dilation: true,
    padding: true,
    groups: true,
    outputPadding: true,
    bias: true,
  });
  const { bias = true, ...window } = options;
  const groups = options.groups ?? 1;
  return layer({
    name,
    init(inputShape, rng) {
      const channels = channelsOf(inputShape, name, spatial);
      checkGroups(name, channels, out, groups);
      // PyTorch counts the inputs of a transposed convolution on the weight's second axis.
      const fanIn = (out / groups) * kernel.reduce((a, b) => a * b, 1);
      return draw(rng, [channels, out / groups, ...kernel], fanIn, out, bias);
    },
    apply: (parameters, x) => {
      const own = parameters as unknown as TensorsByName;
      return transposedConvolution(x, own.weight, own.bias, window);
    },
  });
}

/** The transpose of conv1d: [batch, in, length] → [batch, out, longer]. */
export function convTranspose1d(out: number, kernel: number, options: TransposedConvolutionLayerOptions = {}): Layer {
  return transposedLayer(1, out, kernel, options);
}

/** The transpose of conv2d: [batch, in, height, width] → [batch, out, higher, wider]. */
export function convTranspose2d(out: number, kernel: PerAxis, options: TransposedConvolutionLayerOptions = {}): Layer {
  return transposedLayer(2, out, kernel, options);
}
