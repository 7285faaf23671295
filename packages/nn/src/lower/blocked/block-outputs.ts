// A pass: convolutions of few input channels compute their outputs in ONNX Runtime's blocked layout.

import { convolutionInput } from "../../grad/formulations/convolution-input.ts";
import { convolutionWeight } from "../../grad/formulations/convolution-weight.ts";
import { writeChosen } from "../../grad/formulations/formulation.ts";
import { apply, withGradient } from "../../graph/apply.ts";
import type { Node, Tensor } from "../../graph/node.ts";
import { int64s, like, reduceSum } from "../../graph/operators.ts";
import { rewriteTensors } from "../../graph/rewrite.ts";
import type { Window } from "../../graph/window.ts";
import { windowAttributes, windowOf } from "../../graph/window.ts";
import { isStatic, sizeOf, staticShape } from "../../shape.ts";
import type { Blocks } from "./convolution.ts";
import { blockWeight, outOfBlocks } from "./layout.ts";

/**
 * The tensors, with every convolution of fewer input channels than a block written as one that reads the plain layout,
 * gives blocks of outputs and reorders them; outputs are filled up to whole blocks. Gradients are those of the plain
 * convolution. Values are the same up to the order of additions.
 */
export function blockOutputs(tensors: readonly Tensor[], blocks: Blocks): readonly Tensor[] {
  return rewriteTensors(tensors, (node, inputs) => {
    if (!pays(node, blocks.block)) return undefined;
    const [x, weight, bias] = inputs as readonly [Tensor, Tensor, Tensor?];
    const window = windowOf(node.op, node.attributes, 2, staticShape(weight.shape.slice(2)));
    return [written(x, weight, bias, window, blocks)];
  });
}

/**
 * Measured on 19 shapes of 1 to 12 input channels (AVX-512, batches of 4 to 128): with at least nine taps and outputs
 * that fill half of their blocks the blocked form takes 0.5 to 1.0 of the time; with one tap 2.9 times as long.
 */
function pays({ op, inputs, attributes }: Node, block: number): boolean {
  const [x, weight] = inputs;
  if (op !== "Conv" || x === undefined || weight === undefined || (attributes.group ?? 1) !== 1) return false;
  if (x.dtype !== "float32" || x.shape.length !== 4 || !isStatic(x.shape) || !isStatic(weight.shape)) return false;
  const [out = 1, into = 1, ...kernel] = weight.shape;
  return into < block && sizeOf(kernel) >= 9 && 2 * out >= whole(out, block);
}

const whole = (channels: number, block: number): number => Math.ceil(channels / block) * block;

function written(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  window: Window,
  { block, choose }: Blocks,
): Tensor {
  const out = weight.shape[0] as number;
  const more = whole(out, block) - out;
  const filled = (tensor: Tensor): Tensor => {
    const none = tensor.shape.map(() => 0);
    return more === 0 ? tensor : apply("Pad", [tensor, int64s([...none, more, ...none.slice(1)]), like(0, tensor)]);
  };
  const attributes = windowAttributes(window);
  const inBlocks = apply("BlockedConv", [x, blockWeight(filled(weight), block), bias && filled(bias)], attributes);
  const read = [x, weight, ...(bias === undefined ? [] : [bias])];
  return withGradient(outOfBlocks(inBlocks, out), read, (gradient, [xNow, weightNow], _, wanted) => {
    const [own, kernels] = [xNow as Tensor, weightNow as Tensor];
    const sizes = ({ shape }: Tensor): readonly number[] => staticShape(shape);
    const common = { window, groups: 1 };
    return [
      wanted[0]
        ? writeChosen(convolutionInput, { ...common, tensors: [kernels, gradient], result: sizes(own) }, choose)
        : undefined,
      writeChosen(convolutionWeight, { ...common, tensors: [own, gradient], result: sizes(kernels) }, choose),
      ...(bias === undefined ? [] : [reduceSum(gradient, [0, 2, 3], false)]),
    ];
  });
}
