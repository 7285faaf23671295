// A convolution of every channel by itself on channels in blocks, with its gradients.

import { convolutionInput } from "../../grad/formulations/convolution-input.ts";
import { convolutionWeight } from "../../grad/formulations/convolution-weight.ts";
import { writeChosen } from "../../grad/formulations/formulation.ts";
import { apply, withGradient } from "../../graph/apply.ts";
import type { Tensor } from "../../graph/node.ts";
import { int64s, reshape, transpose } from "../../graph/operators.ts";
import type { Window } from "../../graph/window.ts";
import { windowAttributes } from "../../graph/window.ts";
import { sizeOf, staticShape } from "../../shape.ts";
import type { BlockedInput, Blocks } from "./convolution.ts";
import { mirrored } from "./convolution.ts";
import { channelSums, toBlocked, toPlain } from "./layout.ts";

/** The convolution of x, in blocks, with `weight` [channels, 1, …kernel] of the plain layout, in blocks. */
export function blockedDepthwise(
  { plain, blocked }: BlockedInput & { readonly blocked: Tensor },
  weight: Tensor,
  bias: Tensor | undefined,
  window: Window,
  { block, choose }: Blocks,
): Tensor {
  const channels = weight.shape[0] as number;
  const attributes = { ...windowAttributes(window), group: channels };
  const y = apply("BlockedConv", [blocked, channelsLast(weight, block, false), bias], attributes);
  const read = [blocked, weight, plain, ...(bias ? [bias] : [])];
  return withGradient(y, read, (gradient, [own, w, inPlain], _, wanted) => {
    const [from, kernels] = [own as Tensor, w as Tensor];
    const outside = toPlain(gradient);
    const common = { window, groups: channels };
    const toInput = { ...common, tensors: [kernels, outside], result: staticShape(from.shape) };
    const toWeight = { ...common, tensors: [inPlain as Tensor, outside], result: staticShape(kernels.shape) };
    const turned = mirrored(window, staticShape(from.shape), staticShape(gradient.shape));
    const gradientOfInput = (): Tensor =>
      turned === undefined
        ? toBlocked(writeChosen(convolutionInput, toInput, choose))
        : apply("BlockedConv", [gradient, channelsLast(kernels, block, true)], { ...turned, group: channels });
    return [
      wanted[0] ? gradientOfInput() : undefined,
      writeChosen(convolutionWeight, toWeight, choose),
      undefined,
      bias && channelSums(gradient, block),
    ];
  });
}

/** [channels, 1, …kernel] as [channels / block, …kernel, block] under the same shape; the kernel turned round on wish. */
function channelsLast(weight: Tensor, block: number, turn: boolean): Tensor {
  const [channels, , ...kernel] = staticShape(weight.shape, 2);
  const taps = sizeOf(kernel);
  const last = transpose(reshape(weight, int64s([channels / block, block, taps])), [0, 2, 1]);
  const turned = turn && taps > 1 ? apply("Slice", [last, ...[[-1], [-(2 ** 40)], [1], [-1]].map(int64s)]) : last;
  return reshape(turned, int64s(staticShape(weight.shape)));
}
