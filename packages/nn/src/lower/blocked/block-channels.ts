// A pass: convolutions with blocks of channels, and what stands between them, run in ONNX Runtime's blocked layout.
import { apply } from "../../graph/apply.ts";
import { topological } from "../../graph/build.ts";
import type { Node, Tensor } from "../../graph/node.ts";
import { rewriteTensors } from "../../graph/rewrite.ts";
import { windowOf } from "../../graph/window.ts";
import { isStatic, sameShape, staticShape } from "../../shape.ts";
import type { Blocks } from "./convolution.ts";
import { blockedConvolution } from "./convolution.ts";
import { blockedDepthwise } from "./depthwise.ts";
import { toBlocked, toPlain } from "./layout.ts";
import { blockedNormalization } from "./normalization.ts";

/** Elementwise operators of one input that run in either layout. */
const elementwise: ReadonlySet<string> = new Set([
  "Elu",
  "HardSigmoid",
  "HardSwish",
  "LeakyRelu",
  "Relu",
  "Sigmoid",
  "Tanh",
]);

/**
 * The tensors, with every convolution of whole blocks of channels computed in blocks, and with batch normalisations,
 * convolutions by channel, elementwise functions and additions behind them left there, so that nothing is reordered in between. A convolution
 * of fewer input channels than a block joins where there is another one. Values are the same up to the order of
 * additions.
 */
export function blockChannels(tensors: readonly Tensor[], blocks: Blocks): readonly Tensor[] {
  const { block } = blocks;
  const whole = (channels: number): boolean => channels % block === 0;
  if (!topological(tensors).some((node) => channelsOf(node)?.every(whole))) return tensors;
  // Tensors that were computed in blocks, by the node that gives them in the plain layout.
  const computed = new Map<Node, Tensor>();
  const give = (blocked: Tensor): Tensor => {
    const plain = toPlain(blocked);
    computed.set(plain.node, blocked);
    return plain;
  };
  const take = (plain: Tensor): Tensor => computed.get(plain.node) ?? toBlocked(plain);
  const has = (tensor: Tensor | undefined): tensor is Tensor => tensor !== undefined && computed.has(tensor.node);

  return rewriteTensors(tensors, (node, [first, second, third]) => {
    if (isDepthwise(node) && has(first) && second !== undefined) {
      const window = windowOf(node.op, node.attributes, 2, staticShape(second.shape.slice(2)));
      return [give(blockedDepthwise({ plain: first, blocked: take(first) }, second, third, window, blocks))];
    }
    if (node.op === "Conv" && first !== undefined && second !== undefined) {
      const [into = 1, out = 1] = channelsOf(node) ?? [];
      if (!whole(out) || (!whole(into) && into > block)) return undefined;
      const window = windowOf(node.op, node.attributes, 2, staticShape(second.shape.slice(2)));
      const input = { plain: first, blocked: whole(into) ? take(first) : undefined };
      return [give(blockedConvolution(input, second, third, window, blocks))];
    }
    if (isOfBatch(node) && has(first)) {
      const { epsilon } = node.attributes;
      const added = typeof epsilon === "number" ? epsilon : 1e-5;
      const { y, mean, variance } = blockedNormalization(take(first), second as Tensor, third as Tensor, added, block);
      return [give(y), mean, variance];
    }
    if (elementwise.has(node.op) && has(first)) return [give(apply(node.op, [take(first)], node.attributes))];
    if (node.op === "Add" && (has(first) || has(second)) && sameShape(first?.shape ?? [], second?.shape ?? [])) {
      return [give(apply("Add", [take(first as Tensor), take(second as Tensor)]))];
    }
    return undefined;
  });
}

/** Whether a node convolves every channel by itself, into one channel each. */
function isDepthwise({ op, inputs: [x, weight], attributes }: Node): boolean {
  const channels = x?.shape[1];
  return op === "Conv" && channels !== 1 && attributes.group === channels && weight?.shape[0] === channels;
}

/** Whether a node normalises by its batch's statistics and gives just these back. */
function isOfBatch({ op, attributes }: Node): boolean {
  return op === "BatchNormalization" && attributes.training_mode === 1 && attributes.momentum === 0;
}

/** Input and output channels of a float32 convolution over two axes without groups, all sizes known. */
function channelsOf({ op, inputs, attributes }: Node): readonly [number, number] | undefined {
  const [x, weight] = inputs;
  if (op !== "Conv" || x === undefined || weight === undefined) return undefined;
  const { dtype, shape } = x;
  if (dtype !== "float32" || shape.length !== 4 || !isStatic(shape) || (attributes.group ?? 1) !== 1) return undefined;
  return [shape[1] as number, weight.shape[0] as number];
}
