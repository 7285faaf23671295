// Gradient rules of matrix products, reductions, softmax and normalisation.
import { apply } from "../graph/apply.ts";
import type { Attributes, Tensor } from "../graph/node.ts";
import {
  add,
  cast,
  div,
  exp,
  expand,
  int64s,
  like,
  matMul,
  mul,
  reduceMean,
  reduceSum,
  reshape,
  shapeOf,
  squeeze,
  sub,
  transpose,
  unsqueeze,
  where,
} from "../graph/operators.ts";
import { reductionAxes } from "../graph/spec.ts";
import { normalizeAxis } from "../shape.ts";
import type { Backward, Rule } from "./rule.ts";
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

interface Reduction {
  readonly axes: readonly number[];
  /** A reduced tensor with its axes put back as 1. */
  readonly keep: (tensor: Tensor) => Tensor;
}

function reductionOf({ inputs, output }: Backward): Reduction {
  const rank = (inputs[0] as Tensor).shape.length;
  const { op, attributes } = output.node;
  const axes = reductionAxes({ op, inputs, attributes, outputCount: 1 }, rank);
  const kept = attributes.keepdims !== 0 || axes.length === 0;
  const ordered = [...axes].sort((p, q) => p - q);
  return { axes, keep: (tensor) => (kept ? tensor : unsqueeze(tensor, ordered)) };
}

/** A reduction's rule, which sees at least one axis: over none every element is its own result. */
function reduction(rule: Rule): Rule {
  return (backward) => (reductionOf(backward).axes.length === 0 ? [backward.gradient, undefined] : rule(backward));
}

const sum: Rule = (backward) => {
  const x = backward.inputs[0] as Tensor;
  return [expand(reductionOf(backward).keep(backward.gradient), shapeOf(x)), undefined];
};

const mean: Rule = (backward) => {
  const x = backward.inputs[0] as Tensor;
  const { axes, keep } = reductionOf(backward);
  const g = backward.gradient;
  // Divided before it is expanded: the small tensor.
  const scaled = div(g, count(x, axes, g));
  return [expand(keep(scaled), shapeOf(x)), undefined];
};

/** Number of elements along `axes` as a scalar of the gradient's type; symbolic sizes are read when the graph runs. */
function count(x: Tensor, axes: readonly number[], g: Tensor): Tensor {
  const known = axes.reduce((product, axis) => product * (typeof x.shape[axis] === "number" ? x.shape[axis] : 1), 1);
  return axes
    .filter((axis) => typeof x.shape[axis] === "string")
    .map((axis) => cast(squeeze(apply("Shape", [x], { start: axis, end: axis + 1 }), [0]), g.dtype))
    .reduce(mul, like(known, g));
}

/** The product of the other elements: the whole over the element, and where there is one zero, of those that are not. */
const reducedProduct: Rule = (backward) => {
  const x = backward.inputs[0] as Tensor;
  const { axes, keep } = reductionOf(backward);
  const zero = apply("Equal", [x, like(0, x)]);
  const [filled, zeros] = [where(zero, like(1, x), x), reduceSum(cast(zero, x.dtype), axes, true)];
  const rest = apply("ReduceProd", [filled, int64s(axes)], { keepdims: 1 });
  const none = where(apply("Equal", [zeros, like(0, x)]), rest, like(0, x));
  const single = where(apply("Equal", [zeros, like(1, x)]), rest, like(0, x));
  return [mul(keep(backward.gradient), where(zero, single, div(none, filled))), undefined];
};

const extremum: Rule = (backward) => {
  const x = backward.inputs[0] as Tensor;
  const { axes, keep } = reductionOf(backward);
  const hits = cast(apply("Equal", [x, keep(backward.output)]), x.dtype);
  // Ties share the gradient equally.
  const share = div(keep(backward.gradient), reduceSum(hits, axes, true));
  return [mul(hits, share), undefined];
};

function axisOf({ output }: Backward): number {
  const { axis } = output.node.attributes;
  return normalizeAxis(typeof axis === "number" ? axis : -1, output.shape.length, output.node.op);
}

const softmax: Rule = (backward) => {
  const { output: y, gradient: g } = backward;
  return [mul(y, sub(g, reduceSum(mul(g, y), [axisOf(backward)], true)))];
};

const logSoftmax: Rule = (backward) => {
  const { output: y, gradient: g } = backward;
  return [sub(g, mul(exp(y), reduceSum(g, [axisOf(backward)], true)))];
};

/** The mean over `axes` of a tensor times `scale`; over one axis of known size it is a product with a column. */
function meanTimes(scale: Tensor, axes: readonly number[]): (tensor: Tensor) => Tensor {
  const [size] = scale.shape;
  if (axes.length > 1 || scale.shape.length !== 1 || scale.dtype !== "float32" || typeof size !== "number") {
    return (tensor) => reduceMean(mul(tensor, scale), axes, true);
  }
  const column = unsqueeze(scale, [1]);
  return (tensor) => apply("FusedMatMul", [tensor, column], { alpha: 1 / size, transA: 0, transB: 0 });
}

const layerNormalization: Rule = (backward) => {
  const { inputs, outputs, gradient: g, gradients } = backward;
  const [x, scale, bias] = inputs as [Tensor, Tensor, Tensor?];
  const attributes: Attributes = backward.output.node.attributes;
  const first = axisOf(backward);
  const axes = Array.from({ length: x.shape.length - first }, (_, i) => first + i);
  // The statistics are float32 whatever x is.
  const stored = (index: number): Tensor | undefined => outputs[index] && cast(outputs[index], x.dtype);
  const centre = stored(1) ?? reduceMean(x, axes, true);
  const deviation = sub(x, centre);
  const epsilon = attributes.epsilon;
  const inverse =
    stored(2) ??
    apply("Reciprocal", [
      apply("Sqrt", [
        add(reduceMean(mul(deviation, deviation), axes, true), like(typeof epsilon === "number" ? epsilon : 1e-5, x)),
      ]),
    ]);
  const normal = mul(deviation, inverse);
  const toScale = mul(g, normal);
  const mean = meanTimes(scale, axes);
  let toX = mul(inverse, sub(sub(mul(g, scale), mean(g)), mul(normal, mean(toScale))));
  const [, toMean, toInverse] = gradients;
  const share = (gradient: Tensor): Tensor => {
    const own = cast(gradient, x.dtype);
    return div(own, count(x, axes, own));
  };
  if (toMean !== undefined) toX = add(toX, share(toMean));
  // The inverse deviation is the variance to the power -1/2: its slope is -deviation · inverse³ / n.
  if (toInverse !== undefined) toX = sub(toX, mul(normal, mul(share(toInverse), mul(inverse, inverse))));
  return [toX, unbroadcast(toScale, scale), bias === undefined ? undefined : unbroadcast(g, bias)];
};

const logSumExp: Rule = (backward) => {
  const x = backward.inputs[0] as Tensor;
  const { keep } = reductionOf(backward);
  return [mul(exp(sub(x, keep(backward.output))), keep(backward.gradient)), undefined];
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

const cumulativeSum: Rule = ({ inputs, output, gradient }) => {
  const { exclusive = 0, reverse = 0 } = output.node.attributes;
  return [apply("CumSum", [gradient, inputs[1]], { exclusive, reverse: reverse === 1 ? 0 : 1 }), undefined];
};

export const matrixRules: Readonly<Record<string, Rule>> = {
  MatMul: matrixProduct,
  Gemm: gemm,
  ReduceSum: reduction(sum),
  ReduceMean: reduction(mean),
  ReduceProd: reduction(reducedProduct),
  ReduceMax: reduction(extremum),
  ReduceMin: reduction(extremum),
  Softmax: softmax,
  LogSoftmax: logSoftmax,
  LayerNormalization: layerNormalization,
  ReduceLogSumExp: reduction(logSumExp),
  FusedMatMul: fusedMatrixProduct,
  CumSum: cumulativeSum,
};
