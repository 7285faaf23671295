// Normalisation over batches, images, groups of channels and last axes, by the root of the mean square, and softmax.
import { apply, applyAll } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import * as ops from "../graph/operators.ts";

/** (x - mean) / √(variance + epsilon) · scale + bias, channel by channel of [batch, channels, …]. */
export function batchNormalization(
  x: Tensor,
  scale: Tensor,
  bias: Tensor,
  mean: Tensor,
  variance: Tensor,
  epsilon = 1e-5,
): Tensor {
  return apply("BatchNormalization", [x, scale, bias, mean, variance], { epsilon });
}

export interface BatchStatistics {
  readonly y: Tensor;
  /** Mean and biased variance of each channel over the batch. */
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** Batch normalisation by the batch's own statistics (Ioffe and Szegedy 2015). */
export function batchNormalizationTraining(x: Tensor, scale: Tensor, bias: Tensor, epsilon = 1e-5): BatchStatistics {
  // With a momentum of 0 the operator gives the batch's statistics back. ONNX Runtime writes them over those that it
  // is given, so it gets two vectors that nobody else reads. They are written differently: equal ones would become one.
  const [y, mean, variance] = applyAll(
    "BatchNormalization",
    [x, scale, bias, ops.sub(bias, bias), ops.sub(ops.neg(scale), ops.neg(scale))],
    { epsilon, momentum: 0, training_mode: 1 },
    3,
  ) as [Tensor, Tensor, Tensor];
  return { y, mean, variance };
}

/** Each channel of each example normalised over its positions (Ulyanov et al. 2016). */
export function instanceNormalization(x: Tensor, scale: Tensor, bias: Tensor, epsilon = 1e-5): Tensor {
  return apply("InstanceNormalization", [x, scale, bias], { epsilon });
}

/** Channels normalised in `groups` groups of neighbours (Wu and He 2018). */
export function groupNormalization(x: Tensor, groups: number, scale: Tensor, bias: Tensor, epsilon = 1e-5): Tensor {
  return apply("GroupNormalization", [x, scale, bias], { epsilon, num_groups: groups });
}

/** x / √(mean of x² over the last axis + epsilon) · scale (Zhang and Sennrich 2019). */
export function rmsNormalization(x: Tensor, scale: Tensor, epsilon = 1e-6): Tensor {
  const square = ops.reduceMean(ops.mul(x, x), [x.shape.length - 1], true);
  const inverse = apply("Reciprocal", [apply("Sqrt", [ops.add(square, ops.like(epsilon, x))])]);
  return ops.mul(ops.mul(x, inverse), scale);
}

export function softmax(x: Tensor, axis = -1): Tensor {
  return apply("Softmax", [x], { axis });
}

/** log(softmax(x)), computed without overflow. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return apply("LogSoftmax", [x], { axis });
}

/** (x - mean) / sqrt(variance + epsilon) over the axes from `axis` on, times `scale`, plus `bias`. */
export function layerNormalization(
  x: Tensor,
  scale: Tensor,
  bias?: Tensor,
  options: { readonly axis?: number; readonly epsilon?: number } = {},
): Tensor {
  const attributes = { axis: options.axis ?? -1, epsilon: options.epsilon ?? 1e-5 };
  // The mean and the inverse deviation come out too: the gradient reads them.
  const outputs = x.dtype === "float32" ? 3 : 1;
  return applyAll("LayerNormalization", [x, scale, bias], attributes, outputs)[0] as Tensor;
}
