// Sizes computed in a graph, as far as they are known before it runs: what exporters build reshapes' targets from.
import type { DType } from "../dtype.ts";
import type { Dim, Shape } from "../shape.ts";
import { remainingDim } from "../shape.ts";
import type { Node, Tensor } from "./node.ts";
import { constantNumbers } from "./node.ts";

/** Longer lists are no sizes. */
const most = 4096;
/** Characters of a calculated size's name: each calculation with itself doubles it. */
const longest = 1000;

/** What was found for a node: nodes never change, and sizes are asked for again and again. */
const found = new WeakMap<Node, { readonly sizes: Shape | undefined }>();

/**
 * The sizes that a shape-valued tensor stands for, in the order of its elements: a constant, the shape of a tensor
 * (symbolic sizes kept), or what is taken from those, joined and calculated. Undefined when only the running graph
 * knows them.
 */
export function shapeValue(tensor: Tensor | undefined): Shape | undefined {
  if (tensor === undefined) return undefined;
  const { node } = tensor;
  // A list without elements is known whatever computes it.
  if (tensor.shape.length === 1 && tensor.shape[0] === 0) return [];
  if (node.op === "Constant") return (node.data?.data.length ?? 0) > most ? undefined : constantNumbers(tensor);
  const known = found.get(node);
  if (known !== undefined) return known.sizes;
  const rule = Object.hasOwn(rules, node.op) ? rules[node.op] : undefined;
  const sizes = rule?.(node, tensor);
  const kept = sizes !== undefined && sizes.length > most ? undefined : sizes;
  found.set(node, { sizes: kept });
  return kept;
}

/** The numbers that an integer tensor stands for, when all are known before the graph runs. */
export function knownIntegers(tensor: Tensor | undefined): readonly number[] | undefined {
  const sizes = shapeValue(tensor);
  return sizes?.every((size) => typeof size === "number") ? (sizes as readonly number[]) : undefined;
}

type SizeRule = (node: Node, tensor: Tensor) => Shape | undefined;

const whole = ({ dtype }: Pick<Tensor, "dtype">): boolean => dtype === "int64" || dtype === "int32" || dtype === "bool";
/** The same elements in the same order, whatever the axes. */
const same: SizeRule = ({ inputs }, tensor) => (whole(tensor) ? shapeValue(inputs[0]) : undefined);

/** A calculation with two sizes, or with a size and each of a list. */
function calculated(work: (a: Dim, b: Dim, node: Node, dtype: DType) => Dim | undefined): SizeRule {
  return (node, { dtype }) => {
    const [a, b] = [shapeValue(node.inputs[0]), shapeValue(node.inputs[1])];
    return a && b && complete(paired(a, b, (x, y) => exact(work(x, y, node, dtype), dtype)));
  };
}

/**
 * The result of a calculation where it is the same in every precision: integers, and of floats those with few digits
 * (multiples of 1/1024 below 2^13, which float32 holds). What is rounded only the running graph knows.
 */
function exact(result: Dim | undefined, dtype: DType): Dim | undefined {
  if (typeof result === "string" && result.length > longest) return undefined;
  if (typeof result !== "number") return result;
  const held =
    dtype === "float32" || dtype === "float64"
      ? Math.abs(result) < 2 ** 13 && Number.isInteger(result * 1024)
      : Number.isSafeInteger(result);
  // Adding 0 leaves no negative zero.
  return held ? result + 0 : undefined;
}

function paired<T>(a: Shape, b: Shape, work: (a: Dim, b: Dim) => T): readonly T[] | undefined {
  if (a.length !== b.length && a.length !== 1 && b.length !== 1) return undefined;
  const length = a.length === 1 ? b.length : a.length;
  return Array.from({ length }, (_, i) => work(a[a.length === 1 ? 0 : i] as Dim, b[b.length === 1 ? 0 : i] as Dim));
}

function complete(sizes: readonly (Dim | undefined)[] | undefined): Shape | undefined {
  return sizes?.every((size) => size !== undefined) ? (sizes as Shape) : undefined;
}

/** A calculation with numbers; where a size is a name, so is the result: that of the calculation. */
const onNumbers =
  (work: (a: number, b: number) => number, written: (a: Dim, b: Dim) => string) =>
  (a: Dim, b: Dim): Dim => {
    if (typeof a === "number" && typeof b === "number") return work(a, b);
    return written(a, b);
  };
const plus = onNumbers(
  (x, y) => x + y,
  (a, b) => `(${a}+${b})`,
);
const minus = onNumbers(
  (x, y) => x - y,
  (a, b) => `(${a}-${b})`,
);
const over = onNumbers(
  (x, y) => x / y,
  (a, b) => `floor(${a}/${b})`,
);
/** The remainder with the divisor's sign, as Mod gives it. */
const modulo = onNumbers(
  (x, y) => x - y * Math.floor(x / y),
  (a, b) => `mod(${a},${b})`,
);
/** The remainder with the dividend's sign, as Mod gives it with `fmod`. */
const remainder = onNumbers(
  (x, y) => x % y,
  (a, b) => `fmod(${a},${b})`,
);

/** A size as another element type: fractions lose what follows the point, and what is not 0 is true. */
function converted(size: Dim, dtype: DType): Dim | undefined {
  // A size by name may be 0.
  if (typeof size === "string") return dtype === "bool" ? undefined : size;
  if (dtype === "bool") return size === 0 ? 0 : 1;
  const integer = Math.trunc(size) + 0;
  const fits = dtype === "int32" ? integer === (integer | 0) : Number.isSafeInteger(integer);
  return fits ? integer : undefined;
}

/** The elements of a slice along one axis of a tensor of known shape. */
function sliced({ inputs }: Node): Shape | undefined {
  const [x, ...settings] = inputs;
  const values = shapeValue(x);
  const [starts, ends, axes, steps] = settings.map(knownIntegers);
  if (values === undefined || starts?.length !== 1 || ends?.length !== 1) return undefined;
  // Of nothing, axes of any length may be cut.
  if (values.length === 0) return values;
  const shape = (x as Tensor).shape.map(Number);
  const given = axes?.[0] ?? 0;
  const axis = given < 0 ? given + shape.length : given;
  const [size, step] = [shape[axis] ?? 1, steps?.[0] ?? 1];
  if ((settings[2] !== undefined && axes === undefined) || (settings[3] !== undefined && steps === undefined))
    return undefined;
  if (step === 0) return undefined;
  const place = (value: number): number => {
    const own = value < 0 ? value + size : value;
    return step > 0 ? Math.min(Math.max(own, 0), size) : Math.min(Math.max(own, -1), size - 1);
  };
  const [start, end] = [place(starts[0] as number), place(ends[0] as number)];
  const count = Math.max(0, Math.ceil((end - start) / step));
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const outer = shape.slice(0, axis).reduce((a, b) => a * b, 1);
  return Array.from({ length: outer }, (_, o) =>
    Array.from({ length: count }, (_, k) => {
      const at = (o * size + start + k * step) * inner;
      return values.slice(at, at + inner);
    }),
  ).flat(2);
}

const rules: Readonly<Record<string, SizeRule>> = {
  Shape: ({ inputs, attributes: { start, end } }) =>
    inputs[0]?.shape.slice(typeof start === "number" ? start : 0, typeof end === "number" ? end : undefined),
  Concat({ inputs, attributes: { axis } }) {
    if (axis !== 0 && inputs[0]?.shape.length !== 1) return undefined;
    const joined: Dim[] = [];
    for (const input of inputs) {
      const part = shapeValue(input);
      if (part === undefined || joined.length + part.length > most) return undefined;
      joined.push(...part);
    }
    return joined;
  },
  Unsqueeze: same,
  Squeeze: same,
  Identity: same,
  Cast: (node, tensor) => complete(same(node, tensor)?.map((size) => converted(size, tensor.dtype))),
  Reshape: same,
  Expand(node, tensor) {
    const value = same(node, tensor);
    const count = tensor.shape.reduce<number>((all, dim) => all * Number(dim), 1);
    return value?.length === 1 && count <= most ? new Array<Dim>(count).fill(value[0] as Dim) : undefined;
  },
  Transpose({ inputs: [x], attributes: { perm } }) {
    const values = shapeValue(x);
    const [rows = 1, columns = 1] = (x as Tensor).shape.map(Number);
    if (values === undefined || x?.shape.length !== 2 || String(perm ?? "1,0") !== "1,0") return undefined;
    return values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)] as Dim);
  },
  Gather({ inputs: [x, indices] }) {
    const sizes = x?.shape.length === 1 ? shapeValue(x) : undefined;
    return sizes && complete(knownIntegers(indices)?.map((i) => sizes.at(i)));
  },
  Slice: sliced,
  Range({ inputs }, tensor) {
    if (!whole(tensor)) return undefined;
    const [start, limit, delta] = inputs.map((input) => knownIntegers(input)?.[0]);
    if (start === undefined || limit === undefined || !delta) return undefined;
    const length = Math.max(0, Math.ceil((limit - start) / delta));
    return length > most ? undefined : Array.from({ length }, (_, i) => start + i * delta);
  },
  Mul: calculated((a, b) => (typeof a === "number" && typeof b === "number" ? a * b : remainingDim([a, b], [], "Mul"))),
  Add: calculated((a, b) => (a === 0 ? b : b === 0 ? a : plus(a, b))),
  Sub: calculated((a, b) => (b === 0 ? a : minus(a, b))),
  Div: calculated((a, b, _, dtype) => {
    const quotient = b === 1 ? a : over(a, b);
    // Integers are divided towards 0.
    return typeof quotient === "number" && whole({ dtype }) ? Math.trunc(quotient) : quotient;
  }),
  Mod: calculated((a, b, { attributes }) => (attributes.fmod === 1 ? remainder(a, b) : modulo(a, b))),
  ReduceProd: ({ inputs: [x, axes], attributes }, tensor) => {
    // Over no axes every number stays; over all there is one product.
    if (!whole(tensor) || (axes?.shape[0] === 0 && attributes.noop_with_empty_axes === 1)) return undefined;
    const values = axes === undefined || x?.shape.length === 1 ? shapeValue(x) : undefined;
    return values && [remainingDim(values, [], "ReduceProd")];
  },
  Equal: calculated((a, b) => {
    if (a === b) return 1;
    const [name, number] = typeof a === "string" ? [a, b] : [b, a];
    if (typeof name !== "string") return 0;
    // A size by name can be any number that is not negative.
    return typeof number === "number" && number < 0 ? 0 : undefined;
  }),
  Where({ inputs: [condition, then, otherwise] }) {
    const [chosen, a, b] = [shapeValue(condition), shapeValue(then), shapeValue(otherwise)];
    const places = a && b && paired(a, b, (x, y) => [x, y] as const);
    if (chosen === undefined || places?.length !== chosen.length) return undefined;
    return places.map(([x, y], i) => (chosen[i] === 0 ? y : x));
  },
};
