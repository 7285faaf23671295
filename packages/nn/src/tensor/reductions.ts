// Reductions over axes, and running sums.
import { apply } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import * as ops from "../graph/operators.ts";

export interface ReduceOptions {
  /** Keep reduced axes with size 1 (default false). */
  readonly keepDims?: boolean;
}

type Reduce = (x: Tensor, axes?: number | readonly number[], options?: ReduceOptions) => Tensor;

function reduction(op: string): Reduce {
  return (x, axes, options = {}) => {
    const listed = axes === undefined ? [...x.shape.keys()] : typeof axes === "number" ? [axes] : axes;
    if (listed.length === 0) return x;
    return apply(op, [x, ops.int64s(listed)], { keepdims: options.keepDims ? 1 : 0 });
  };
}

/** Sum over `axes` (all when absent). */
export const reduceSum: Reduce = reduction("ReduceSum");
export const reduceMean: Reduce = reduction("ReduceMean");
export const reduceMax: Reduce = reduction("ReduceMax");
export const reduceMin: Reduce = reduction("ReduceMin");

/** log Σ exp over `axes` (all when absent), without overflow. */
export const reduceLogSumExp: Reduce = reduction("ReduceLogSumExp");

/** Sums of all elements up to each one along `axis`; `exclusive` leaves the element itself out. */
export function cumSum(
  x: Tensor,
  axis = -1,
  options: { readonly exclusive?: boolean; readonly reverse?: boolean } = {},
): Tensor {
  const attributes = { exclusive: options.exclusive ? 1 : 0, reverse: options.reverse ? 1 : 0 };
  return apply("CumSum", [x, ops.scalar(axis, "int64")], attributes);
}

/** int64 position of the largest element along `axis`, which is dropped. */
export function argMax(x: Tensor, axis = -1): Tensor {
  return apply("ArgMax", [x], { axis, keepdims: 0 });
}
