// Matrix products, reductions and the softmax and normalisation functions.
import { apply, applyAll } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import * as ops from "../graph/operators.ts";

/** Matrix product on the last two axes, leading axes broadcast: [..., n, k] by [..., k, m]. */
export function matMul(a: Tensor, b: Tensor): Tensor {
  return apply("MatMul", [a, b]);
}

/** alpha A B on the last two axes, either transposed: one operator without a copy where there is a kernel. */
export function matMulTransposed(
  a: Tensor,
  b: Tensor,
  { alpha = 1, transA = false, transB = false }: Omit<GemmOptions, "beta">,
): Tensor {
  if (a.dtype === "float32") {
    return apply("FusedMatMul", [a, b], { alpha, transA: transA ? 1 : 0, transB: transB ? 1 : 0 });
  }
  const flip = (x: Tensor): Tensor => {
    const rank = x.shape.length;
    return ops.transpose(x, [...Array(rank - 2).keys(), rank - 1, rank - 2]);
  };
  const product = matMul(transA ? flip(a) : a, transB ? flip(b) : b);
  return alpha === 1 ? product : apply("Mul", [product, ops.like(alpha, product)]);
}

export interface GemmOptions {
  /** Scales the product (default 1). */
  readonly alpha?: number;
  /** Scales `c` (default 1). */
  readonly beta?: number;
  readonly transA?: boolean;
  readonly transB?: boolean;
}

/** alpha A B + beta C on matrices; `c` broadcasts to the product. */
export function gemm(a: Tensor, b: Tensor, c?: Tensor, options: GemmOptions = {}): Tensor {
  return apply("Gemm", [a, b, c], {
    alpha: options.alpha ?? 1,
    beta: options.beta ?? 1,
    transA: options.transA ? 1 : 0,
    transB: options.transB ? 1 : 0,
  });
}

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
