// Matrix products.
import { apply } from "../graph/apply.ts";
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
