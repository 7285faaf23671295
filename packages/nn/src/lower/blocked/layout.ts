// Channels in blocks: how tensors, weights and sums over channels are written for ONNX Runtime's blocked operators.
//
// A tensor in blocks keeps the shape [batch, channels, height, width], but its memory is
// [batch, channels / block, height, width, block]. Elementwise operators on equal shapes need not know.
import { numbersToData } from "../../dtype.ts";
import { apply, withGradient } from "../../graph/apply.ts";
import type { Tensor } from "../../graph/node.ts";
import { constantNode } from "../../graph/node.ts";
import { int64s, matMul, reduceSum, reshape, transpose } from "../../graph/operators.ts";
import { sizeOf, staticShape } from "../../shape.ts";

const intoBlocks = (x: Tensor): Tensor => apply("ReorderInput", [x]);
/** A tensor in blocks → its first `channels` channels in the plain layout, without a gradient. */
export const outOfBlocks = (x: Tensor, channels: number = x.shape[1] as number): Tensor =>
  apply("ReorderOutput", [x], { channels });

/** A tensor in the plain layout → the same in blocks, with its gradient. */
export function toBlocked(x: Tensor): Tensor {
  return withGradient(intoBlocks(x), [x], (gradient) => [outOfBlocks(gradient)]);
}

/** A tensor in blocks → the same in the plain layout, with its gradient. */
export function toPlain(x: Tensor): Tensor {
  return withGradient(outOfBlocks(x), [x], (gradient) => [intoBlocks(gradient)]);
}

/**
 * A convolution's weight [out, in, …kernel] in the order that the blocked convolution reads, under the same shape:
 * [out / block, in / block, …kernel, block of in, block of out], or, with fewer inputs than a block,
 * [out / block, in, …kernel, block of out].
 */
export function blockWeight(weight: Tensor, block: number): Tensor {
  const [out, into, ...kernel] = staticShape(weight.shape, 2);
  const taps = sizeOf(kernel);
  const outLast = transpose(reshape(weight, int64s([out / block, block, into * taps])), [0, 2, 1]);
  if (into < block) return reshape(outLast, int64s(staticShape(weight.shape)));
  const pairs = reshape(outLast, int64s([(out / block) * (into / block), block, taps, block]));
  return reshape(transpose(pairs, [0, 2, 1, 3]), int64s(staticShape(weight.shape)));
}

/** The weight turned round and with inputs and outputs exchanged, as `blockWeight` orders it: [in, out, …kernel]. */
export function flippedBlockWeight(weight: Tensor, block: number): Tensor {
  const [out, into, ...kernel] = staticShape(weight.shape, 2);
  const taps = sizeOf(kernel);
  const [outs, ins] = [out / block, into / block];
  // From the order of the forward convolution, which is there already, and in this order of steps: each is a fast one
  // of the runtime's, and it cannot join them to a slow one.
  const tiles = reshape(blockWeight(weight, block), int64s([outs * ins, taps, block * block]));
  const turned = taps === 1 ? tiles : apply("Slice", [tiles, ...[[-1], [-(2 ** 40)], [1], [-1]].map(int64s)]);
  const inLast = transpose(reshape(turned, int64s([outs * ins * taps, block, block])), [0, 2, 1]);
  const exchanged = transpose(reshape(inLast, int64s([outs, ins, taps * block * block])), [1, 0, 2]);
  return reshape(exchanged, int64s([into, out, ...kernel]));
}

/** Sums over batch and places of a tensor in blocks: [channels]. */
export function channelSums(x: Tensor, block: number): Tensor {
  const [batch, channels, ...sizes] = staticShape(x.shape, 2);
  const places = sizeOf(sizes);
  // A product with ones reads the tensor once, in order; what is left is small.
  const ones = constantNode(numbersToData(new Array<number>(batch).fill(1), [1, batch], "float32"));
  const images = matMul(ones, reshape(x, int64s([batch, channels * places])));
  const summed = reduceSum(reshape(images, int64s([channels / block, places, block])), [1], false);
  return reshape(summed, int64s([channels]));
}

/** x · scale + shift by channel, of a tensor in blocks: a convolution of every channel with one number. */
export function scaleChannels(x: Tensor, scale: Tensor, shift?: Tensor): Tensor {
  const channels = x.shape[1] as number;
  return apply("BlockedConv", [x, reshape(scale, int64s([channels, 1, 1, 1])), shift], {
    group: channels,
    kernel_shape: [1, 1],
  });
}
