// Batch normalisation by a batch's own statistics on channels in blocks, with its gradient.
import { apply, withGradient } from "../../graph/apply.ts";
import type { Tensor } from "../../graph/node.ts";
import { add, div, int64s, like, mul, neg } from "../../graph/operators.ts";
import { sizeOf, staticShape } from "../../shape.ts";
import { channelSums, scaleChannels } from "./layout.ts";

export interface BlockedStatistics {
  /** In blocks. */
  readonly y: Tensor;
  /** Mean and biased variance of each channel. */
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** (x - mean) / √(variance + epsilon) · scale + bias of x in blocks, with what it was computed from. */
export function blockedNormalization(
  x: Tensor,
  scale: Tensor,
  bias: Tensor,
  epsilon: number,
  block: number,
): BlockedStatistics {
  const [batch, channels, ...places] = staticShape(x.shape, 2);
  const count = like(batch * sizeOf(places), x);
  const meanOf = (tensor: Tensor): Tensor => div(channelSums(tensor, block), count);
  const mean = meanOf(x);
  const one = apply("Expand", [like(1, x), int64s([channels])]);
  const deviation = scaleChannels(x, one, neg(mean));
  const variance = meanOf(mul(deviation, deviation));
  const inverse = apply("Reciprocal", [apply("Sqrt", [add(variance, like(epsilon, x))])]);
  const y = scaleChannels(deviation, mul(scale, inverse), bias);
  const read = [x, scale, bias, deviation, inverse];
  return { y: withGradient(y, read, (gradient, inputs) => grads(gradient, inputs, count, block)), mean, variance };
}

/** To x, scale and bias, from the deviations from the mean and the inverse standard deviations. */
function grads(gradient: Tensor, inputs: readonly Tensor[], count: Tensor, block: number): readonly Tensor[] {
  const [, scale, , deviation, inverse] = inputs as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const toBias = channelSums(gradient, block);
  const toScale = mul(channelSums(mul(gradient, deviation), block), inverse);
  const grad = mul(scale, inverse);
  const share = neg(div(grad, count));
  const along = mul(share, mul(toScale, inverse));
  const toX = add(scaleChannels(gradient, grad), scaleChannels(deviation, along, mul(share, toBias)));
  return [toX, toScale, toBias];
}
