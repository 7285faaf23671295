// A convolution on channels in blocks, with its gradients.

import { numbersToData } from "../../dtype.ts";
import { convolutionInput } from "../../grad/formulations/convolution-input.ts";
import { convolutionWeight } from "../../grad/formulations/convolution-weight.ts";
import type { Choose } from "../../grad/formulations/formulation.ts";
import { writeChosen } from "../../grad/formulations/formulation.ts";
import { apply, withGradient } from "../../graph/apply.ts";
import type { Attributes, Tensor } from "../../graph/node.ts";
import { constantNode } from "../../graph/node.ts";
import { int64s, matMul, reshape, transpose } from "../../graph/operators.ts";
import type { Window } from "../../graph/window.ts";
import { windowAttributes } from "../../graph/window.ts";
import { entryOf, staticShape } from "../../shape.ts";
import { blockWeight, channelSums, flippedBlockWeight, toBlocked, toPlain } from "./layout.ts";

export interface Blocks {
  /** Channels in a block: a property of the processor and the runtime. */
  readonly block: number;
  readonly choose: Choose;
}

/** What a blocked convolution reads: x in the plain layout, and in blocks where it has blocks of channels. */
export interface BlockedInput {
  readonly plain: Tensor;
  readonly blocked: Tensor | undefined;
}

/**
 * The convolution of x with `weight` [out, in, …kernel] of the plain layout, in blocks. The outputs must be a multiple
 * of the block, and the inputs too, or fewer than a block: then x is read in the plain layout.
 */
export function blockedConvolution(
  { plain, blocked }: BlockedInput,
  weight: Tensor,
  bias: Tensor | undefined,
  window: Window,
  { block, choose }: Blocks,
): Tensor {
  const attributes = windowAttributes(window);
  const x = blocked ?? plain;
  const y = apply("BlockedConv", [x, blockWeight(weight, block), bias], attributes);
  return withGradient(y, [x, weight, plain, ...(bias ? [bias] : [])], (gradient, [own, w, inPlain], _, wanted) => {
    const [from, kernels] = [own as Tensor, w as Tensor];
    const outside = toPlain(gradient);
    const common = { window, groups: 1 };
    const toWeight = { ...common, tensors: [inPlain as Tensor, outside], result: staticShape(kernels.shape) };
    const toInput = { ...common, tensors: [kernels, outside], result: staticShape(from.shape) };
    const gradientOfInput = (): Tensor =>
      blocked === undefined
        ? writeChosen(convolutionInput, toInput, choose)
        : (inputGradient(gradient, kernels, staticShape(from.shape), window, block) ??
          toBlocked(writeChosen(convolutionInput, toInput, choose)));
    return [
      wanted[0] ? gradientOfInput() : undefined,
      writeChosen(convolutionWeight, toWeight, choose),
      undefined,
      bias && channelSums(gradient, block),
    ];
  });
}

/** The gradient of x in blocks by blocked convolutions; undefined for windows that those do not fit. */
function inputGradient(
  gradient: Tensor,
  weight: Tensor,
  input: readonly number[],
  window: Window,
  block: number,
): Tensor | undefined {
  const { kernel, strides } = window;
  const turned = mirrored(window, input, staticShape(gradient.shape));
  if (turned !== undefined) return apply("BlockedConv", [gradient, flippedBlockWeight(weight, block)], turned);
  if (strides.every((stride) => stride === 1)) return undefined;
  const phases = kernel.map((_, i) => phasesOf(window, i, Number(input[i + 2]), Number(gradient.shape[i + 2])));
  const [down, along] = phases;
  return down && along ? strided(gradient, weight, input, [down, along], block) : undefined;
}

/**
 * The attributes of the convolution with the kernel turned round that gives the gradient of an input of shape `input`
 * from that of an output of shape `output`; undefined with strides, and where padding exceeds the kernel's reach.
 */
export function mirrored(
  { kernel, strides, dilations, before: padding }: Window,
  input: readonly number[],
  output: readonly number[],
): Attributes | undefined {
  if (strides.some((stride) => stride !== 1)) return undefined;
  const reach = kernel.map((size, i) => entryOf(dilations, i) * (size - 1));
  const before = reach.map((own, i) => own - entryOf(padding, i));
  const after = reach.map((own, i) => Number(input[i + 2]) + own - Number(output[i + 2]) - entryOf(before, i));
  if ([...before, ...after].some((amount) => amount < 0)) return undefined;
  return { kernel_shape: kernel, dilations, pads: [...before, ...after] };
}

/**
 * One axis of a strided convolution's input gradient: elements `stride` apart form a phase, and each phase is a
 * convolution of stride 1 with some of the kernel's taps.
 */
interface Phases {
  readonly stride: number;
  /** Size of the kernels, padding in front and behind, elements of each phase. */
  readonly size: number;
  readonly before: number;
  readonly after: number;
  readonly count: number;
  /** The tap that phase `phase` has at place `place` of its kernel, or undefined where it has none. */
  readonly tap: (phase: number, place: number) => number | undefined;
}

function phasesOf(window: Window, axis: number, input: number, output: number): Phases | undefined {
  const at = (list: readonly number[]): number => entryOf(list, axis);
  const [stride, kernel, padding] = [at(window.strides), at(window.kernel), at(window.before)];
  if (at(window.dilations) !== 1 || input % stride !== 0) return undefined;
  // Element stride · q + phase got tap t of the window at output q + offset, with stride · offset + t = phase + padding.
  const offsets = Array.from({ length: stride }, (_, phase) =>
    Array.from({ length: kernel }, (_, t) => (phase + padding - t) / stride).filter(Number.isInteger),
  ).flat();
  const [first, last] = [Math.min(...offsets), Math.max(...offsets)];
  const count = input / stride;
  const [before, after] = [-first, count - output + last];
  if (before < 0 || after < 0) return undefined;
  return {
    stride,
    size: last - first + 1,
    before,
    after,
    count,
    tap(phase, place) {
      const t = phase + padding - stride * (first + place);
      return t >= 0 && t < kernel ? t : undefined;
    },
  };
}

/** All phases as groups of output channels of one blocked convolution, then put between each other. */
function strided(
  gradient: Tensor,
  weight: Tensor,
  [batch = 1, channels = 1]: readonly number[],
  [down, along]: readonly [Phases, Phases],
  block: number,
): Tensor {
  const [out, into, , width] = staticShape(weight.shape, 4);
  const taps = Number(weight.shape[2]) * width;
  const size = down.size * along.size;
  const phases = down.stride * along.stride;
  const spread = new Array<number>(taps * phases * size).fill(0);
  for (let column = 0; column < phases * size; column++) {
    const [phase, place] = [Math.floor(column / size), column % size];
    const row = down.tap(Math.floor(phase / along.stride), Math.floor(place / along.size));
    const line = along.tap(phase % along.stride, place % along.size);
    if (row !== undefined && line !== undefined) spread[(row * width + line) * phases * size + column] = 1;
  }
  const matrix = constantNode(numbersToData(spread, [taps, phases * size], "float32"));
  const kernels = reshape(
    matMul(reshape(weight, int64s([out * into, taps])), matrix),
    int64s([out, into, phases, size]),
  );
  const shape = [phases * into, out, down.size, along.size];
  const grouped = reshape(transpose(kernels, [2, 1, 0, 3]), int64s(shape));
  const all = apply("BlockedConv", [gradient, blockWeight(grouped, block)], {
    kernel_shape: [down.size, along.size],
    pads: [down.before, along.before, down.after, along.after],
  });
  const apart = reshape(
    all,
    int64s([batch, down.stride, along.stride, channels / block, down.count, along.count, block]),
  );
  const together = transpose(apart, [0, 3, 4, 1, 5, 2, 6]);
  return reshape(together, int64s([batch, channels, down.count * down.stride, along.count * along.stride]));
}
