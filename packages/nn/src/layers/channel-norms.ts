// Normalisations that need no state: over groups of channels, single images, and by the root of the mean square.
import { groupNormalization, instanceNormalization, rmsNormalization } from "../tensor/normalization.ts";
import { channelsOf } from "./convolution.ts";
import type { Layer } from "./layer.ts";
import { layer } from "./layer.ts";
import { featuresOf } from "./linear.ts";

interface Epsilon {
  /** Added to the variance, or to the mean square (default 1e-5). */
  readonly epsilon?: number;
}

const scaleAndBias = (size: number) => ({
  scale: { data: new Float32Array(size).fill(1), shape: [size] },
  bias: { data: new Float32Array(size), shape: [size] },
});

/** Normalises `groups` groups of neighbouring channels of each example (Wu and He 2018). */
export function groupNorm(groups: number, options: Epsilon = {}): Layer {
  const name = `groupNorm(${groups})`;
  return layer({
    name,
    init: (inputShape) => scaleAndBias(channelsOf(inputShape, name)),
    apply: ({ scale, bias }, x) => groupNormalization(x, groups, scale, bias, options.epsilon ?? 1e-5),
  });
}

/** Normalises every channel of each example over its positions (Ulyanov et al. 2016). */
export function instanceNorm(options: Epsilon = {}): Layer {
  return layer({
    name: "instanceNorm",
    init: (inputShape) => scaleAndBias(channelsOf(inputShape, "instanceNorm")),
    apply: ({ scale, bias }, x) => instanceNormalization(x, scale, bias, options.epsilon ?? 1e-5),
  });
}

/** Divides the last axis by the root of its mean square, then scales it (Zhang and Sennrich 2019). */
export function rmsNorm(options: Epsilon = {}): Layer {
  return layer({
    name: "rmsNorm",
    init(inputShape) {
      const size = featuresOf(inputShape, "rmsNorm");
      return { scale: { data: new Float32Array(size).fill(1), shape: [size] } };
    },
    apply: ({ scale }, x) => rmsNormalization(x, scale, options.epsilon ?? 1e-5),
  });
}
