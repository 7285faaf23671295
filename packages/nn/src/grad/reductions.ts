// Gradient rules of reductions and running sums.
import { apply } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import {
  cast,
  div,
  exp,
  expand,
  int64s,
  like,
  mul,
  reduceSum,
  shapeOf,
  squeeze,
  sub,
  unsqueeze,
  where,
} from "../graph/operators.ts";
import { reductionAxes } from "../graph/spec.ts";
import type { Backward, Rule } from "./rule.ts";

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
export function count(x: Tensor, axes: readonly number[], g: Tensor): Tensor {
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

const logSumExp: Rule = (backward) => {
  const x = backward.inputs[0] as Tensor;
  const { keep } = reductionOf(backward);
  return [mul(exp(sub(x, keep(backward.output))), keep(backward.gradient)), undefined];
};

const cumulativeSum: Rule = ({ inputs, output, gradient }) => {
  const { exclusive = 0, reverse = 0 } = output.node.attributes;
  return [apply("CumSum", [gradient, inputs[1]], { exclusive, reverse: reverse === 1 ? 0 : 1 }), undefined];
};

export const reductionRules: Readonly<Record<string, Rule>> = {
  ReduceSum: reduction(sum),
  ReduceMean: reduction(mean),
  ReduceProd: reduction(reducedProduct),
  ReduceMax: reduction(extremum),
  ReduceMin: reduction(extremum),
  ReduceLogSumExp: reduction(logSumExp),
  CumSum: cumulativeSum,
};
