// Gradient rules of the operators that move, join and repeat elements.
import { numbersToData } from "../dtype.ts";
import { NnError } from "../errors.ts";
import { apply } from "../graph/apply.ts";
import type { Attributes, Tensor } from "../graph/node.ts";
import { constantNode } from "../graph/node.ts";
import { expand, int64s, like, mul, reduceSum, reshape, shapeOf, transpose } from "../graph/operators.ts";
import { knownIntegers } from "../graph/shape-value.ts";
import type { Shape } from "../shape.ts";
import { entryOf, formatShape, isStatic, normalizeAxis } from "../shape.ts";
import { scatterAlong } from "./picking.ts";
import type { Backward, Rule } from "./rule.ts";
import { unbroadcast, zerosLike } from "./rule.ts";

const attributesOf = ({ output }: Backward): Attributes => output.node.attributes;

function axisOf(backward: Backward, otherwise: number): number {
  const { axis } = attributesOf(backward);
  const rank = (backward.inputs[0] as Tensor).shape.length;
  return normalizeAxis(typeof axis === "number" ? axis : otherwise, rank, backward.output.node.op);
}

/** Same elements, the shape of the first input. */
const back: Rule = ({ inputs: [x], gradient }) => [reshape(gradient, shapeOf(x as Tensor)), undefined];

const slice: Rule = ({ inputs, gradient }) => {
  const [x, starts, , axes, steps] = inputs as [Tensor, Tensor, Tensor, Tensor?, Tensor?];
  const { shape } = x;
  if (!isStatic(shape)) {
    throw unknownSizes("a slice", shape);
  }
  const from = knownIntegers(starts) ?? [];
  const along = knownIntegers(axes) ?? [...from.keys()];
  let current = gradient;
  const before = shape.map(() => 0);
  const after = shape.map(() => 0);
  for (const [i, listed] of along.entries()) {
    const axis = normalizeAxis(listed, shape.length, "Slice");
    const size = entryOf(shape, axis);
    const step = knownIntegers(steps)?.[i] ?? 1;
    const count = Number(entryOf(current.shape, axis));
    const raw = entryOf(from, i);
    const first = Math.min(Math.max(raw < 0 ? raw + size : raw, 0), step < 0 ? size - 1 : size);
    if (step === 1) {
      before[axis] = first;
      after[axis] = size - first - count;
    } else {
      const places = Array.from({ length: count }, (_, k) => first + k * step);
      const target = constantTarget(current, axis, size);
      current = scatterAlong(target, constantNode(numbersToData(places, [count], "int64")), current, axis);
    }
  }
  if ([...before, ...after].every((pad) => pad === 0)) return [current];
  return [apply("Pad", [current, int64s([...before, ...after]), like(0, current)])];
};

/** A stand-in whose shape is `like` with one size replaced. */
function constantTarget(tensor: Tensor, axis: number, size: number): Tensor {
  const shape = tensor.shape.map((dim, i) => (i === axis ? size : Number(dim)));
  return expand(like(0, tensor), int64s(shape));
}

const concat: Rule = (backward) => {
  const axis = axisOf(backward, 0);
  let start = 0;
  return backward.inputs.map((x) => {
    const size = x.shape[axis];
    if (typeof size !== "number") {
      throw new NnError(
        "no-gradient",
        `The gradient of a concatenation needs known sizes along its axis; one input has shape ${formatShape(x.shape)}.`,
        "Concatenate along an axis of known sizes, or build the graph with a fixed batch size.",
      );
    }
    const part = apply("Slice", [backward.gradient, ...[start, start + size, axis].map((value) => int64s([value]))]);
    start += size;
    return part;
  });
};

const split: Rule = (backward) => {
  const parts = backward.outputs.map((output, i) => backward.gradients[i] ?? zerosLike(output));
  return [apply("Concat", parts, { axis: axisOf(backward, 0) }), undefined];
};

const pad: Rule = ({ inputs: [x, pads, value, listed], output, gradient, wanted }) => {
  const amounts = knownIntegers(pads) ?? [];
  const rank = (x as Tensor).shape.length;
  const axes = knownIntegers(listed)?.map((axis) => normalizeAxis(axis, rank, "Pad")) ?? [...Array(rank).keys()];
  const before = axes.map((_, i) => entryOf(amounts, i));
  const after = axes.map((_, i) => entryOf(amounts, i + axes.length));
  const { mode } = output.node.attributes;
  if (mode === undefined || mode === "constant") {
    // Negative amounts cut: their gradient is padded with zeros again.
    const taken = [...before, ...after].map((amount) => (amount === 0 ? 0 : -amount));
    const toX = apply("Pad", [gradient, int64s(taken), like(0, gradient), int64s(axes)]);
    if (value === undefined || !wanted[2]) return [toX];
    // 1 where the value stands in the result.
    const filled = apply("Pad", [zerosLike(x as Tensor), pads, like(1, gradient), listed], output.node.attributes);
    return [toX, undefined, unbroadcast(mul(gradient, filled), value)];
  }
  let current = gradient;
  for (const [i, axis] of axes.entries()) {
    if (before[i] === 0 && after[i] === 0) continue;
    const size = (x as Tensor).shape[axis];
    if (typeof size !== "number" || !isStatic(current.shape)) throw unknownSizes("a padding", (x as Tensor).shape);
    const count = size + entryOf(before, i) + entryOf(after, i);
    const places = Array.from({ length: count }, (_, place) =>
      padSource(mode as string, place - entryOf(before, i), size),
    );
    const target = constantTarget(current, axis, size);
    current = scatterAlong(target, constantNode(numbersToData(places, [count], "int64")), current, axis);
  }
  return [current, undefined];
};

/** The element that stands at `place`, which may lie outside the axis of `size` elements. */
function padSource(mode: string, place: number, size: number): number {
  if (mode === "edge") return Math.min(Math.max(place, 0), size - 1);
  if (mode === "wrap") return ((place % size) + size) % size;
  const period = Math.max(1, 2 * (size - 1));
  const folded = ((place % period) + period) % period;
  return folded < size ? folded : period - folded;
}

function unknownSizes(what: string, shape: Shape): NnError {
  return new NnError(
    "no-gradient",
    `The gradient of ${what} needs known sizes; the input has shape ${formatShape(shape)}.`,
    "Build the training graph with a fixed batch size.",
  );
}

const transposed: Rule = (backward) => {
  const { perm } = attributesOf(backward);
  const rank = backward.gradient.shape.length;
  const order = (perm as readonly number[] | undefined) ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  const inverse = order.map((_, i) => order.indexOf(i));
  return [transpose(backward.gradient, inverse)];
};

/** Every copy's gradient, summed. */
const tile: Rule = ({ inputs: [x, repeats], gradient }) => {
  const { shape } = x as Tensor;
  if (!isStatic(shape)) throw unknownSizes("Tile", shape);
  const apart = shape.flatMap((size, i) => [knownIntegers(repeats)?.[i] ?? 1, size]);
  const copies = shape.map((_, i) => 2 * i);
  return [reduceSum(reshape(gradient, int64s(apart)), copies, false), undefined];
};

const triangle: Rule = ({ inputs: [, diagonal], output, gradient }) => [
  apply("Trilu", [gradient, diagonal], output.node.attributes),
  undefined,
];

export const shapingRules: Readonly<Record<string, Rule>> = {
  Reshape: back,
  Squeeze: back,
  Unsqueeze: back,
  Expand: ({ inputs: [x], gradient }) => [unbroadcast(gradient, x as Tensor), undefined],
  Transpose: transposed,
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
  Tile: tile,
  Trilu: triangle,
};
