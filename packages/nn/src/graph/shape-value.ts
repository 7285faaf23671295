// Sizes computed in a graph, as far as they are known before it runs: what exporters build reshapes' targets from.
import type { Dim, Shape } from "../shape.ts";
import { remainingDim } from "../shape.ts";
import type { Node, Tensor } from "./node.ts";
import { constantNumbers } from "./node.ts";

/**
 * The sizes that a shape-valued tensor stands for: a constant, the shape of a tensor (symbolic sizes kept), or what
 * is taken from those, joined and calculated. Undefined when only the running graph knows them.
 */
export function shapeValue(tensor: Tensor | undefined): Shape | undefined {
  if (tensor === undefined) return undefined;
  const { node } = tensor;
  if (node.op === "Constant") return constantNumbers(tensor);
  const rule = Object.hasOwn(rules, node.op) ? rules[node.op] : undefined;
  return rule?.(node, tensor);
}

type SizeRule = (node: Node, tensor: Tensor) => Shape | undefined;

const numbers = ({ inputs }: Node, i: number): readonly number[] | undefined => constantNumbers(inputs[i]);
const whole = ({ dtype }: Tensor): boolean => dtype === "int64" || dtype === "int32";
/** Sizes are one number or a list of them, so that axes come and go without changing which there are. */
const same: SizeRule = ({ inputs }, tensor) =>
  whole(tensor) || tensor.dtype === "bool" ? shapeValue(inputs[0]) : undefined;

/** A calculation with two sizes, or with a size and each of a list. */
function calculated(work: (a: Dim, b: Dim) => Dim | undefined): SizeRule {
  return ({ inputs: [left, right] }) => {
    const [a, b] = [shapeValue(left), shapeValue(right)];
    return a && b && complete(paired(a, b, work));
  };
}

function paired<T>(a: Shape, b: Shape, work: (a: Dim, b: Dim) => T): readonly T[] | undefined {
  if (a.length !== b.length && a.length !== 1 && b.length !== 1) return undefined;
  const length = a.length === 1 ? b.length : a.length;
  return Array.from({ length }, (_, i) => work(a[a.length === 1 ? 0 : i] as Dim, b[b.length === 1 ? 0 : i] as Dim));
}

function complete(sizes: readonly (Dim | undefined)[] | undefined): Shape | undefined {
  return sizes?.every((size) => size !== undefined) ? (sizes as Shape) : undefined;
}

const onNumbers =
  (work: (a: number, b: number) => number) =>
  (a: Dim, b: Dim): Dim | undefined =>
    typeof a === "number" && typeof b === "number" ? work(a, b) : undefined;

const rules: Readonly<Record<string, SizeRule>> = {
  Shape: ({ inputs, attributes: { start, end } }) =>
    inputs[0]?.shape.slice(typeof start === "number" ? start : 0, typeof end === "number" ? end : undefined),
  Concat: ({ inputs }) =>
    complete(inputs.flatMap((input): readonly (Dim | undefined)[] => shapeValue(input) ?? [undefined])),
  Unsqueeze: same,
  Squeeze: same,
  Identity: same,
  Cast: same,
  Reshape: same,
  Expand(node, tensor) {
    const [value, count] = [same(node, tensor), tensor.shape[0] ?? 1];
    return value?.length === 1 && typeof count === "number" ? new Array<Dim>(count).fill(value[0] as Dim) : undefined;
  },
  Gather(node) {
    const sizes = shapeValue(node.inputs[0]);
    return sizes && complete(numbers(node, 1)?.map((i) => sizes.at(i)));
  },
  Slice(node) {
    const step = node.inputs[4] === undefined ? 1 : numbers(node, 4)?.[0];
    const [start, end] = [numbers(node, 1)?.[0], numbers(node, 2)?.[0]];
    return start === undefined || end === undefined || step !== 1
      ? undefined
      : shapeValue(node.inputs[0])?.slice(start, end);
  },
  Mul: calculated((a, b) => remainingDim([a, b], [], "Mul")),
  Add: calculated((a, b) => (a === 0 ? b : b === 0 ? a : onNumbers((x, y) => x + y)(a, b))),
  Sub: calculated((a, b) => (b === 0 ? a : onNumbers((x, y) => x - y)(a, b))),
  Div: calculated((a, b) => (b === 1 ? a : onNumbers((x, y) => (y === 0 ? 0 : Math.trunc(x / y)))(a, b))),
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
