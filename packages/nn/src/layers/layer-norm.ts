// Layer normalisation (Ba et al. 2016).
import { knownOptions } from "../known-options.ts";
import { layerNormalization } from "../tensor/normalization.ts";
import type { Layer } from "./layer.ts";
import { layer } from "./layer.ts";
import { featuresOf } from "./linear.ts";

/** Normalises the last axis to mean 0 and variance 1, then scales and shifts it. `epsilon` (default 1e-5) is added to the variance. */
export function layerNorm(options: { readonly epsilon?: number } = {}): Layer {
  knownOptions<{ readonly epsilon?: number }>("layerNorm", options, { epsilon: true });
  return layer({
    name: "layerNorm",
    init(inputShape) {
      const size = featuresOf(inputShape, "layerNorm");
      return {
        scale: { data: new Float32Array(size).fill(1), shape: [size] },
        bias: { data: new Float32Array(size), shape: [size] },
      };
    },
    apply: ({ scale, bias }, x) => layerNormalization(x, scale, bias, { epsilon: options.epsilon ?? 1e-5 }),
  });
}
