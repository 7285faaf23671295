// Gradient rules of the operators that pick elements by index, and of those that put them in places.
import { numbersToData } from "../dtype.ts";
import { NnError } from "../errors.ts";
import { apply } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import { constantNode } from "../graph/node.ts";
import {
  cast,
  div,
  expand,
  int64s,
  like,
  mul,
  reduceSum,
  reshape,
  shapeTensor,
  sub,
  transpose,
  unsqueeze,
  where,
} from "../graph/operators.ts";
import type { Dim } from "../shape.ts";
import { entryOf, formatShape, isStatic, normalizeAxis } from "../shape.ts";
import type { Backward, Rule } from "./rule.ts";
import { zerosLike } from "./rule.ts";

function axisOf({ inputs: [x], output: { node } }: Backward): number {
  const { axis } = node.attributes;
  return normalizeAxis(typeof axis === "number" ? axis : 0, (x as Tensor).shape.length, node.op);
}

/**
 * The transpose of gathering along `axis`: a tensor shaped like `x` that holds, at every index, the sum of the
 * gradients that were taken from there. `indices` may have any rank.
 */
export function scatterAlong(x: Tensor, indices: Tensor, gradient: Tensor, axis: number): Tensor {
  const picked = indices.shape.length;
  const before = [...Array(axis).keys()];
  const toFront = [
    ...Array.from({ length: picked }, (_, i) => axis + i),
    ...before,
    ...Array.from({ length: gradient.shape.length - axis - picked }, (_, i) => axis + picked + i),
  ];
  const updates = axis === 0 ? gradient : transpose(gradient, toFront);
  const rest = x.shape.filter((_, i) => i !== axis);
  const shape: readonly Dim[] = [entryOf(x.shape, axis), ...rest];
  const zeros = expand(like(0, gradient), shapeTensor(shape, x));
  const wide = indices.dtype === "int64" ? indices : apply("Cast", [indices], { to: 7 });
  const sum = apply("ScatterND", [zeros, unsqueeze(wide, [picked]), updates], { reduction: "add" });
  if (axis === 0) return sum;
  return transpose(sum, [...before.map((i) => i + 1), 0, ...x.shape.slice(axis + 1).map((_, i) => axis + 1 + i)]);
}

const gather: Rule = (backward) => {
  const [x, indices] = backward.inputs as [Tensor, Tensor];
  return [scatterAlong(x, indices, backward.gradient, axisOf(backward)), undefined];
};

const gatherElements: Rule = (backward) => {
  const [x, indices] = backward.inputs as [Tensor, Tensor];
  const attributes = { axis: axisOf(backward), reduction: "add" };
  return [apply("ScatterElements", [zerosLike(x), indices, backward.gradient], attributes), undefined];
};

const gatherND: Rule = ({ inputs, output, gradient }) => {
  const [x, indices] = inputs as [Tensor, Tensor];
  const skipped = Number(output.node.attributes.batch_dims ?? 0);
  const whole = skipped === 0 ? indices : withBatchPlaces(indices, skipped);
  return [apply("ScatterND", [zerosLike(x), whole, gradient], { reduction: "add" }), undefined];
};

/** Indices into all axes from indices behind the first `batch` axes: the place along those stands in front of each. */
function withBatchPlaces(indices: Tensor, batch: number): Tensor {
  const shape = indices.shape.slice(0, -1);
  if (!isStatic(shape)) {
    throw new NnError(
      "no-gradient",
      `The gradient of GatherND with batch_dims ${batch} needs known sizes; the indices are ${formatShape(indices.shape)}.`,
      "Build the training graph with a fixed batch size.",
    );
  }
  const places = Array.from({ length: batch }, (_, axis) => {
    const size = shape[axis] as number;
    const steps = int64s(Array.from({ length: size }, (_, i) => i));
    const column = reshape(steps, int64s([...shape.map((_, i) => (i === axis ? size : 1)), 1]));
    return expand(column, int64s([...shape, 1]));
  });
  return apply("Concat", [...places, indices], { axis: shape.length });
}

const topK: Rule = ({ inputs, outputs, output, gradient }) => {
  const axis = output.node.attributes.axis ?? -1;
  const zeros = zerosLike(inputs[0] as Tensor);
  return [apply("ScatterElements", [zeros, outputs[1], gradient], { axis }), undefined];
};

interface Scatter {
  readonly op: "ScatterElements" | "ScatterND";
  /** The operator that takes back what `op` puts. */
  readonly pick: "GatherElements" | "GatherND";
}

/** Scattering replaces, or adds: the updates' gradient is picked from the places that they went to. */
function scatter(names: Scatter): Rule {
  return (backward) => {
    const { inputs, output, gradient } = backward;
    const [, indices, updates] = inputs as [Tensor, Tensor, Tensor];
    const { reduction = "none", ...attributes } = output.node.attributes;
    if (reduction === "max" || reduction === "min") return scatteredExtremum(names, backward);
    if (reduction === "mul") return scatteredProduct(names, backward);
    const zeros = zerosLike(updates);
    const toX = reduction === "add" ? gradient : apply(names.op, [gradient, indices, zeros], attributes);
    return [toX, undefined, apply(names.pick, [gradient, indices], attributes)];
  };
}

/** What is at each place, and at the place that each update went to. */
function places({ op, pick }: Scatter, { inputs, output }: Backward) {
  const [, indices] = inputs as readonly Tensor[];
  const { reduction: _, ...attributes } = output.node.attributes;
  return {
    put: (onto: Tensor, updates: Tensor, reduction: string): Tensor =>
      apply(op, [onto, indices, updates], { ...attributes, reduction }),
    at: (tensor: Tensor): Tensor => apply(pick, [tensor, indices], attributes),
  };
}

/** The largest or smallest at each place takes the gradient; where several are equal they share it evenly. */
function scatteredExtremum(names: Scatter, backward: Backward): readonly (Tensor | undefined)[] {
  const { inputs, output, gradient } = backward;
  const [x, , updates] = inputs as [Tensor, Tensor, Tensor];
  const { put, at } = places(names, backward);
  const own = cast(apply("Equal", [x, output]), gradient.dtype);
  const hit = cast(apply("Equal", [updates, at(output)]), gradient.dtype);
  const share = div(gradient, put(own, hit, "add"));
  return [mul(own, share), undefined, mul(hit, at(share))];
}

/** The product of all others at a place: their product over the factor, and of a zero, if it is the only one. */
function scatteredProduct(names: Scatter, backward: Backward): readonly (Tensor | undefined)[] {
  const { inputs, gradient } = backward;
  const [x, , updates] = inputs as [Tensor, Tensor, Tensor];
  const { put, at } = places(names, backward);
  const isZero = (tensor: Tensor): Tensor => apply("Equal", [tensor, like(0, tensor)]);
  const filled = (tensor: Tensor): Tensor => where(isZero(tensor), like(1, tensor), tensor);
  const zeros = put(cast(isZero(x), x.dtype), cast(isZero(updates), x.dtype), "add");
  const product = put(filled(x), filled(updates), "mul");
  const none = where(isZero(zeros), product, like(0, product));
  const single = where(apply("Equal", [zeros, like(1, zeros)]), product, like(0, product));
  const others = (tensor: Tensor, without: Tensor, only: Tensor): Tensor =>
    where(isZero(tensor), only, div(without, filled(tensor)));
  return [mul(gradient, others(x, none, single)), undefined, mul(at(gradient), others(updates, at(none), at(single)))];
}

/** The values for "elsewhere" and "here" get the gradients of their places; the indices have none. */
const oneHot: Rule = ({ inputs, output, gradient }) => {
  const [indices, depth, values] = inputs as [Tensor, Tensor, Tensor];
  const marks = constantNode(numbersToData([0, 1], [2], values.dtype));
  const here = apply("OneHot", [indices, depth, marks], output.node.attributes);
  const all = [...gradient.shape.keys()];
  const sums = [sub(like(1, here), here), here].map((mask) => reduceSum(mul(gradient, mask), all, false));
  const pair = sums.map((sum) => unsqueeze(sum, [0]));
  return [undefined, undefined, apply("Concat", pair, { axis: 0 })];
};

export const pickingRules: Readonly<Record<string, Rule>> = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  OneHot: oneHot,
  TopK: topK,
  ScatterElements: scatter({ op: "ScatterElements", pick: "GatherElements" }),
  ScatterND: scatter({ op: "ScatterND", pick: "GatherND" }),
};
