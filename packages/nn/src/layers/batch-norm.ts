// Batch normalisation (Ioffe and Szegedy 2015), with running statistics as state that is not trained.
import { knownOptions } from "../known-options.ts";
import { isStatic, sizeOf } from "../shape.ts";
import { add, mul } from "../tensor/elementwise.ts";
import { batchNormalization, batchNormalizationTraining } from "../tensor/normalization.ts";
import { channelsOf } from "./convolution.ts";
import type { Layer } from "./layer.ts";
import { layer } from "./layer.ts";

export interface BatchNormOptions {
  /** Added to the variance (default 1e-5). */
  readonly epsilon?: number;
  /** Weight of a batch's statistics in the running ones (default 0.1, PyTorch's meaning). */
  readonly momentum?: number;
}

/**
 * Normalises every channel of [batch, channels, …] to mean 0 and variance 1, then scales and shifts it: by the
 * batch's statistics in training, which also move the running ones, otherwise by the running ones. Equals PyTorch's
 * BatchNorm: the running variance is the unbiased one.
 */
export function batchNorm(options: BatchNormOptions = {}): Layer {
  knownOptions<BatchNormOptions>("batchNorm", options, { epsilon: true, momentum: true });
  const { epsilon = 1e-5, momentum = 0.1 } = options;
  return layer({
    name: "batchNorm",
    init(inputShape) {
      const size = channelsOf(inputShape, "batchNorm");
      const shape = [size];
      return {
        scale: { data: new Float32Array(size).fill(1), shape },
        bias: { data: new Float32Array(size), shape },
        mean: { data: new Float32Array(size), shape, trained: false as const },
        variance: { data: new Float32Array(size).fill(1), shape, trained: false as const },
      };
    },
    apply({ scale, bias, mean, variance }, x, context) {
      if (!context.training) return batchNormalization(x, scale, bias, mean, variance, epsilon);
      const batch = batchNormalizationTraining(x, scale, bias, epsilon);
      const sizes = x.shape.filter((_, axis) => axis !== 1);
      const count = isStatic(sizes) ? sizeOf(sizes) : Number.POSITIVE_INFINITY;
      const unbiased = count > 1 && Number.isFinite(count) ? count / (count - 1) : 1;
      context.update(mean, add(mul(mean, 1 - momentum), mul(batch.mean, momentum)));
      context.update(variance, add(mul(variance, 1 - momentum), mul(batch.variance, momentum * unbiased)));
      return batch.y;
    },
  });
}
