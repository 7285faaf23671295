// Gradient rules of batch, instance and group normalisation.
import { apply } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import {
  add,
  div,
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
import { isStatic, sizeOf } from "../shape.ts";
import { knownSizes } from "./formulations/formulation.ts";
import type { Backward, Rule } from "./rule.ts";

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
  const rest = axes.map((axis) => x.shape[axis] ?? 1);
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
  const known = x.shape as readonly number[];
  const rest = sizeOf(known) / ((sizes[0] ?? 1) * (sizes[1] ?? 1));
  return shapeOf({ ...x, shape: [sizes[0] ?? 1, sizes[1] ?? 1, rest] });
}

export const normalizationRules: Readonly<Record<string, Rule>> = {
  BatchNormalization: batchNormalization,
  InstanceNormalization: grouped(({ inputs }) => Number(inputs[0]?.shape[1] ?? 1)),
  GroupNormalization: grouped(({ output }) => Number(output.node.attributes.num_groups)),
};
