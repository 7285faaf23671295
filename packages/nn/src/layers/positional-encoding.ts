// Places of steps in a sequence, added to their vectors.

import { NnError } from "../errors.ts";
import { knownOptions } from "../known-options.ts";
import { formatShape } from "../shape.ts";
import { add, cast } from "../tensor/elementwise.ts";
import { constant } from "../tensor/leaves.ts";
import { slice } from "../tensor/shaping.ts";
import type { Layer } from "./layer.ts";
import { layer } from "./layer.ts";
import { featuresOf } from "./linear.ts";

export interface PositionalEncodingOptions {
  /**
   * "sinusoidal" (default): sines and cosines of the place by falling frequencies (Vaswani et al. 2017). "learned": a
   * vector a place, which starts normal with deviation 0.02.
   */
  readonly kind?: "sinusoidal" | "learned";
  /** "learned": the most places (default the length of the input). */
  readonly length?: number;
}

/** Adds to each step of [batch, time, width] what stands for its place. The time must be known. */
export function positionalEncoding(options: PositionalEncodingOptions = {}): Layer {
  const name = "positionalEncoding";
  knownOptions<PositionalEncodingOptions>(name, options, { kind: true, length: true });
  const timeOf = (shape: readonly (number | string)[]): number => {
    const time = shape[shape.length - 2];
    if (typeof time === "number" && time <= (options.length ?? time)) return time;
    throw new NnError(
      "shape-mismatch",
      `${name}: its input has shape ${formatShape(shape)}; it takes up to ${options.length ?? "a known number of"} steps.`,
      "Give [batch, time, width] with a known time, at most the option length.",
    );
  };
  if (options.kind === "learned") {
    return layer({
      name,
      init(inputShape, rng) {
        const size = featuresOf(inputShape, name);
        const length = options.length ?? timeOf(inputShape);
        const data = Float32Array.from({ length: length * size }, () => rng.normal(0, 0.02));
        return { weight: { data, shape: [length, size] } };
      },
      apply({ weight }, x) {
        const time = timeOf(x.shape);
        return add(x, time === weight.shape[0] ? weight : slice(weight, 0, time));
      },
    });
  }
  return layer({
    name,
    init: () => ({}),
    apply(_, x) {
      const [time, size] = [timeOf(x.shape), featuresOf(x.shape, name)];
      const data = Float32Array.from({ length: time * size }, (__, i) => {
        const column = i % size;
        const angle = Math.floor(i / size) / 10000 ** ((column - (column % 2)) / size);
        return column % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
      });
      return add(x, cast(constant({ data, shape: [time, size] }), x.dtype));
    },
  });
}
