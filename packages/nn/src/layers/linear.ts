// A fully connected layer.
import { NnError } from "../errors.ts";
import type { Tensor } from "../graph/node.ts";
import { knownOptions } from "../known-options.ts";
import type { Shape } from "../shape.ts";
import { formatShape } from "../shape.ts";
import { gemm } from "../tensor/matrices.ts";
import { reshape, reshapeLike } from "../tensor/shaping.ts";
import type { Layer } from "./layer.ts";
import { layer } from "./layer.ts";

/** The last size of a shape, which must be known; throws `shape-mismatch`. */
export function featuresOf(shape: Shape, name: string): number {
  const last = shape[shape.length - 1];
  if (typeof last === "number" && last > 0) return last;
  throw new NnError(
    "shape-mismatch",
    `${name}: the last size of its input ${formatShape(shape)} is not known.`,
    "Give the input's last size as a number.",
  );
}

/** A function of rows [rows, in] → [rows, out] on the last axis of a tensor of any rank above 1. */
export function rowwise(x: Tensor, apply: (rows: Tensor) => Tensor, out: number): Tensor {
  const rank = x.shape.length;
  if (rank === 2) return apply(x);
  const rows = apply(reshape(x, [-1, x.shape[rank - 1] as number]));
  return reshapeLike(rows, [...x.shape.slice(0, -1), out], x);
}

/**
 * x W + b on the last axis: [..., in] → [..., out]. W and b start uniform in ±1/√in, as PyTorch's Linear does.
 * `bias: false` leaves b out.
 */
export function linear(out: number, options: { readonly bias?: boolean } = {}): Layer {
  const name = `linear(${out})`;
  knownOptions<{ readonly bias?: boolean }>(name, options, { bias: true });
  const withBias = options.bias ?? true;
  return layer({
    name,
    init(inputShape, rng) {
      const size = featuresOf(inputShape, name);
      const bound = 1 / Math.sqrt(size);
      const draw = (count: number): Float32Array =>
        Float32Array.from({ length: count }, () => rng.uniform(-bound, bound));
      const weight = { data: draw(size * out), shape: [size, out] };
      return withBias ? { weight, bias: { data: draw(out), shape: [out] } } : { weight };
    },
    apply({ weight, bias }, x) {
      return rowwise(x, (rows) => gemm(rows, weight, bias), out);
    },
  });
}
