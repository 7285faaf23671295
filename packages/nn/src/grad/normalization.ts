// Gradient rules of normalisations, over channels and along axes, and of softmax.
import { apply } from "../graph/apply.ts";
import type { Attributes, Tensor } from "../graph/node.ts";
import {
  add,
  cast,
  div,
  exp,
  like,
  mul,
  neg,
  reduceMean,
  reduceSum,
  reshape,
  shapeOf,
  sub,
  unsqueeze,
} from "../graph/operators.ts";
import type { Shape } from "../shape.ts";
import { entryOf, isStatic, normalizeAxis, sizeOf, staticShape } from "../shape.ts";
import { knownSizes } from "./formulations/formulation.ts";
import { count } from "./reductions.ts";
import type { Backward, Rule } from "./rule.ts";
import { unbroadcast } from "./rule.ts";

const epsilonOf = ({ output }: Backward, x: Tensor): Tensor => {
  const { epsilon } = output.node.attributes;
  return like(typeof epsilon === "number" ? epsilon : 1e-5, x);
};

const inverseRoot = (x: Tensor): Tensor => apply("Reciprocal", [apply("Sqrt", [x])]);

/** One number a channel, against [batch, channels, …]. */
function perChannel(vector: Tensor, shape: Shape): Tensor {
  const after = Array.from({ length: shape.length - 2 }, (_, i) => i + 1);
  return after.length === 0 ? vector : unsqueeze(vector, after);
}

const batchNormalization: Rule = (backward) => {
  const { inputs, outputs, gradient: g, gradients, output } = backward;
  const [x, scale, , mean, variance] = inputs as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const axes = [...x.shape.keys()].filter((axis) => axis !== 1);
  const spread = (vector: Tensor): Tensor => perChannel(vector, x.shape);
  const training = output.node.attributes.training_mode === 1;
  // With a momentum of 0 the further outputs are the batch's own statistics.
  const own = training && outputs.length === 3 && output.node.attributes.momentum === 0;
  const rest = axes.map((axis) => entryOf(x.shape, axis));
  const centre = own ? (outputs[1] as Tensor) : training ? reduceMean(x, axes, false) : mean;
  const deviation = sub(x, spread(centre));
  const squares = own
    ? (outputs[2] as Tensor)
    : training
      ? reduceMean(mul(deviation, deviation), axes, false)
      : variance;
  const inverse = inverseRoot(add(squares, epsilonOf(backward, x)));
  const sumOfGradient = reduceSum(g, axes, false);
  const along = reduceSum(mul(g, deviation), axes, false);
  const toScale = mul(along, inverse);
  const factor = mul(scale, inverse);
  if (!training) {
    const toMean = neg(mul(factor, sumOfGradient));
    const half = mul(mul(toScale, scale), mul(mul(inverse, inverse), like(-0.5, x)));
    return [mul(g, spread(factor)), toScale, sumOfGradient, toMean, half];
  }
  const count = like(isStatic(rest) ? sizeOf(rest) : sizeOf(knownSizes(x, "BatchNormalization")), x);
  // factor · (g - mean(g) - deviation · mean(g · deviation) / variance), with all that is small taken first.
  const slope = neg(div(mul(mul(factor, mul(inverse, inverse)), along), count));
  const shift = neg(div(mul(factor, sumOfGradient), count));
  const toX = add(mul(g, spread(factor)), add(mul(deviation, spread(slope)), spread(shift)));
  // The further outputs: momentum · given + (1 - momentum) · the batch's mean and biased variance.
  const { momentum: kept = 0.9 } = output.node.attributes;
  const [toMean, toVariance] = gradients.slice(1);
  const share = (gradient: Tensor): Tensor => div(mul(gradient, like(1 - Number(kept), x)), count);
  const more = [
    ...(toMean ? [spread(share(toMean))] : []),
    ...(toVariance ? [mul(mul(deviation, like(2, x)), spread(share(toVariance)))] : []),
  ];
  const given = (gradient: Tensor | undefined): Tensor | undefined => gradient && mul(gradient, like(Number(kept), x));
  return [more.reduce(add, toX), toScale, sumOfGradient, given(toMean), given(toVariance)];
};

/** Normalisation of [batch, rows, length] over the last axis: the gradient of its input from that of its result. */
function standardized(x: Tensor, g: Tensor, epsilon: Tensor): readonly [toX: Tensor, normal: Tensor] {
  const deviation = sub(x, reduceMean(x, [2], true));
  const inverse = inverseRoot(add(reduceMean(mul(deviation, deviation), [2], true), epsilon));
  const normal = mul(deviation, inverse);
  const along = mul(normal, reduceMean(mul(g, normal), [2], true));
  return [mul(inverse, sub(sub(g, reduceMean(g, [2], true)), along)), normal];
}

const grouped = (groupsOf: (backward: Backward) => number): Rule => {
  return (backward) => {
    const { inputs, gradient: g, output } = backward;
    const [x, scale] = inputs as [Tensor, Tensor];
    const sizes = knownSizes(x, output.node.op);
    const axes = [...x.shape.keys()].filter((axis) => axis !== 1);
    const rows = constantSizes([sizes[0] ?? 1, groupsOf(backward), -1], x);
    const scaled = reshape(mul(g, perChannel(scale, x.shape)), rows);
    const [toX, normal] = standardized(reshape(x, rows), scaled, epsilonOf(backward, x));
    const back = (tensor: Tensor): Tensor => reshape(tensor, shapeOf(x));
    return [back(toX), reduceSum(mul(g, back(normal)), axes, false), reduceSum(g, axes, false)];
  };
};

function constantSizes(sizes: readonly number[], x: Tensor): Tensor {
  const known = staticShape(x.shape);
  const rest = sizeOf(known) / ((sizes[0] ?? 1) * (sizes[1] ?? 1));
  return shapeOf({ ...x, shape: [sizes[0] ?? 1, sizes[1] ?? 1, rest] });
}

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

export const normalizationRules: Readonly<Record<string, Rule>> = {
  BatchNormalization: batchNormalization,
  InstanceNormalization: grouped(({ inputs }) => Number(inputs[0]?.shape[1] ?? 1)),
  GroupNormalization: grouped(({ output }) => Number(output.node.attributes.num_groups)),
  Softmax: softmax,
  LogSoftmax: logSoftmax,
  LayerNormalization: layerNormalization,
};
