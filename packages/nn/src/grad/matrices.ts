// Gradient rules of matrix products.
import { apply } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import { int64s, like, matMul, mul, reshape, shapeOf, transpose, unsqueeze } from "../graph/operators.ts";
import type { Rule } from "./rule.ts";
import { unbroadcast } from "./rule.ts";

/** A product with either side transposed on its last two axes: one fused operator where there is a kernel. */
function product(a: Tensor, b: Tensor, transA: boolean, transB: boolean): Tensor {
  if (a.dtype === "float32") {
    return apply("FusedMatMul", [a, b], { alpha: 1, transA: transA ? 1 : 0, transB: transB ? 1 : 0 });
  }
  return matMul(transA ? flip(a) : a, transB ? flip(b) : b);
}

function flip(a: Tensor): Tensor {
  const rank = a.shape.length;
  return transpose(a, [...Array(rank - 2).keys(), rank - 1, rank - 2]);
}

const matrixProduct: Rule = ({ inputs, gradient }) => {
  const [a, b] = inputs as [Tensor, Tensor];
  const left = a.shape.length === 1 ? unsqueeze(a, [0]) : a;
  const right = b.shape.length === 1 ? unsqueeze(b, [1]) : b;
  let g = b.shape.length === 1 ? unsqueeze(gradient, [gradient.shape.length]) : gradient;
  if (a.shape.length === 1) g = unsqueeze(g, [g.shape.length - 1]);
  const toLeft = product(g, right, false, true);
  let toRight: Tensor;
  if (right.shape.length === 2 && left.shape.length > 2) {
    // A shared right side: one product over all rows of the batch in place of a sum of products.
    const rows = (x: Tensor): Tensor => reshape(x, lastAxis(x));
    toRight = product(rows(left), rows(g), true, false);
  } else {
    toRight = product(left, g, true, false);
  }
  const shaped = (x: Tensor, target: Tensor, through: Tensor): Tensor => {
    const summed = unbroadcast(x, through);
    return through === target ? summed : reshape(summed, shapeOf(target));
  };
  return [shaped(toLeft, a, left), shaped(toRight, b, right)];
};

/** Sizes [-1, n] for a tensor of last size n. */
function lastAxis(x: Tensor): Tensor {
  const size = x.shape[x.shape.length - 1];
  if (typeof size === "number") return int64s([-1, size]);
  const last = apply("Shape", [x], { start: x.shape.length - 1 });
  return apply("Concat", [int64s([-1]), last], { axis: 0 });
}

const gemm: Rule = ({ inputs, output, gradient }) => {
  const [a, b, c] = inputs as [Tensor, Tensor, Tensor?];
  const { alpha = 1, beta = 1, transA = 0, transB = 0 } = output.node.attributes;
  const times = (x: Tensor, y: Tensor, tx: boolean, ty: boolean): Tensor =>
    apply("Gemm", [x, y], { alpha: alpha as number, transA: tx ? 1 : 0, transB: ty ? 1 : 0 });
  const ta = transA === 1;
  const tb = transB === 1;
  const toA = ta ? times(b, gradient, tb, true) : times(gradient, b, false, !tb);
  const toB = tb ? times(gradient, a, true, ta) : times(a, gradient, !ta, false);
  if (c === undefined) return [toA, toB];
  const summed = unbroadcast(gradient, c);
  return [toA, toB, beta === 1 ? summed : mul(summed, like(beta as number, summed))];
};

const fusedMatrixProduct: Rule = ({ inputs, output, gradient }) => {
  const [a, b] = inputs as [Tensor, Tensor];
  const { alpha = 1, transA = 0, transB = 0 } = output.node.attributes;
  const [ta, tb] = [transA === 1, transB === 1];
  const times = (x: Tensor, y: Tensor, tx: boolean, ty: boolean): Tensor =>
    apply("FusedMatMul", [x, y], { alpha: alpha as number, transA: tx ? 1 : 0, transB: ty ? 1 : 0 });
  const toA = ta ? times(b, gradient, tb, true) : times(gradient, b, false, !tb);
  const toB = tb ? times(gradient, a, true, ta) : times(a, gradient, !ta, false);
  return [unbroadcast(toA, a), unbroadcast(toB, b)];
};

export const matrixRules: Readonly<Record<string, Rule>> = {
  MatMul: matrixProduct,
  Gemm: gemm,
  FusedMatMul: fusedMatrixProduct,
};
