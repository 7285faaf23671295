// Functions that move, join and repeat elements: concat, reshape, transpose, slice, expand, pad.

import { apply, applyAll } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import * as ops from "../graph/operators.ts";
import type { Shape } from "../shape.ts";
import { normalizeAxis } from "../shape.ts";

/** Joins along `axis`; all other sizes must be equal. */
export function concat(xs: readonly Tensor[], axis: number): Tensor {
  return apply("Concat", xs, { axis });
}

/** Cuts `x` along `axis` into parts of the given sizes, which must sum to the axis. */
export function split(x: Tensor, sizes: readonly number[], axis: number): readonly Tensor[] {
  return applyAll("Split", [x, ops.int64s(sizes)], { axis }, sizes.length);
}

/** Same elements in a new shape; one size may be -1 (computed), a symbolic size must be one of `x`. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  return ops.reshape(x, ops.shapeTensor(shape, x));
}

/** Same elements in a new shape, whose symbolic sizes are sizes of `source`. */
export function reshapeLike(x: Tensor, shape: Shape, source: Tensor): Tensor {
  return ops.reshape(x, ops.shapeTensor(shape, source));
}

/** Axes in a new order; without one, reversed. */
export function transpose(x: Tensor, order?: readonly number[]): Tensor {
  const rank = x.shape.length;
  const axes = order ?? [...x.shape.keys()].reverse();
  return ops.transpose(
    x,
    axes.map((axis) => normalizeAxis(axis, rank, "Transpose")),
  );
}

/** `x[start:end:step]` on one axis; `end` may be negative or Infinity (to the end). */
export function slice(x: Tensor, start: number, end: number, axis = 0, step = 1): Tensor {
  const last = Number.isFinite(end) ? end : end > 0 ? 2 ** 40 : -(2 ** 40);
  return apply("Slice", [x, ...[start, last, axis, step].map((value) => ops.int64s([value]))]);
}

/** Broadcasts to `shape`; symbolic sizes must be sizes of `x`, or of `source` when given. */
export function expand(x: Tensor, shape: Shape, source: Tensor = x): Tensor {
  return ops.expand(x, ops.shapeTensor(shape, source));
}

export function unsqueeze(x: Tensor, ...axes: readonly number[]): Tensor {
  return ops.unsqueeze(x, axes);
}

/** Drops the given axes, which must have size 1. */
export function squeeze(x: Tensor, ...axes: readonly number[]): Tensor {
  return ops.squeeze(x, axes);
}

/** The sizes of `x` as a one-dimensional int64 tensor. */
export function shapeOf(x: Tensor): Tensor {
  return ops.shapeOf(x);
}

export interface PadOptions {
  /** What stands outside: a constant (default), the mirrored inside without its edge, or the edge. */
  readonly mode?: "constant" | "reflect" | "edge";
  /** The constant (default 0). */
  readonly value?: number;
}

/** Adds [before, after] elements along each listed axis; negative amounts of a constant padding cut. */
export function pad(
  x: Tensor,
  amounts: Readonly<Record<number, readonly [before: number, after: number]>>,
  options: PadOptions = {},
): Tensor {
  const before = x.shape.map(() => 0);
  const after = x.shape.map(() => 0);
  for (const [axis, [front, behind]] of Object.entries(amounts)) {
    const at = normalizeAxis(Number(axis), x.shape.length, "Pad");
    before[at] = front;
    after[at] = behind;
  }
  const { mode = "constant", value = 0 } = options;
  const constant = mode === "constant" ? ops.like(value, x) : undefined;
  return apply("Pad", [x, ops.int64s([...before, ...after]), constant], { mode });
}
