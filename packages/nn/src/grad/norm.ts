// Roots that stand for a norm or a distance: their slope at 0, where a root has none, is 0, as PyTorch has it.
import type { Node, Tensor } from "../graph/node.ts";
import { constantNumbers } from "../graph/node.ts";
import { sameShape } from "../shape.ts";

/** Operators that move, copy or pick elements: what holds of every element of their first input holds of theirs. */
const moving: ReadonlySet<string> = new Set([
  "Cast",
  "Expand",
  "Flatten",
  "Gather",
  "Identity",
  "ReduceMax",
  "ReduceMean",
  "ReduceSum",
  "Reshape",
  "Slice",
  "Split",
  "Squeeze",
  "Tile",
  "Transpose",
  "Unsqueeze",
]);

/**
 * Whether `tensor` is what norms are roots of: sums of squares or of higher powers of magnitudes, however they were
 * moved or scaled, or a difference of such sums that is cut off at 0 (distances by matrix products). Where such a sum
 * is 0 all that it is made of is 0, so that no direction is the steepest one; the root's slope is taken as 0 there.
 */
export function isRadicandOfNorm(tensor: Tensor): boolean {
  const { node } = tensor;
  const known = radicands.get(node);
  if (known !== undefined) return known;
  const found = examine(tensor);
  radicands.set(node, found);
  return found;
}

/** What was found for a node: nodes never change, and sums share parts. */
const radicands = new WeakMap<Node, boolean>();

function examine(tensor: Tensor): boolean {
  const { op, inputs, attributes } = tensor.node;
  const [a, b] = inputs as readonly (Tensor | undefined)[];
  if (a === undefined) return false;
  if (moving.has(op)) return isRadicandOfNorm(a);
  switch (op) {
    case "Mul":
      // A square, or what is scaled; two sums multiplied are the root of both norms' product.
      return (
        b !== undefined && (sameTensor(a, b) || [a, b].every((part) => isPositive(part) || isRadicandOfNorm(part)))
      );
    case "MatMul":
    case "FusedMatMul":
      return b !== undefined && isOwnProduct(tensor, a, b);
    case "Div":
      return isPositive(b) && isRadicandOfNorm(a);
    case "Where":
      return inputs.slice(1).every((part) => part !== undefined && (isPositive(part) || isRadicandOfNorm(part)));
    case "Pow": {
      const power = numbersOf(b)?.[0] ?? 0;
      return power > 1 && (power % 2 === 0 || a.node.op === "Abs" || a.node.op === "Relu");
    }
    case "Add":
    case "Concat":
      return inputs.every((part) => part !== undefined && isRadicandOfNorm(part));
    case "Max":
      return inputs.some((part) => isZero(part));
    case "Clip":
      return isZero(b);
    case "Relu":
      return true;
    default:
      return attributes.reduction === "add" && op.startsWith("Scatter") && isZeros(a) && isSquare(inputs[2]);
  }
}

const isSquare = (tensor: Tensor | undefined): boolean => tensor !== undefined && isRadicandOfNorm(tensor);

/** The numbers of a constant, which may stand behind a change of its element type. */
export function numbersOf(tensor: Tensor | undefined): readonly number[] | undefined {
  return constantNumbers(tensor?.node.op === "Cast" ? tensor.node.inputs[0] : tensor);
}

/** Whether two tensors are one, or computed by the same operators of one, as far as `depth` operators back. */
function sameTensor(a: Tensor, b: Tensor, depth = 3): boolean {
  if (a.index !== b.index) return false;
  const [one, other] = [a.node, b.node];
  if (one === other) return true;
  if (one.op === "Constant" && other.op === "Constant") return sameShape(a.shape, b.shape) && sameNumbers(a, b);
  const alike = depth > 0 && one.op === other.op && one.inputs.length > 0 && one.inputs.length === other.inputs.length;
  if (!alike || settings(one) !== settings(other)) return false;
  return one.inputs.every((input, i) => {
    const match = other.inputs[i];
    return input === undefined ? match === undefined : match !== undefined && sameTensor(input, match, depth - 1);
  });
}

/** Short lists of numbers, such as axes and bounds. */
function sameNumbers(a: Tensor, b: Tensor): boolean {
  if ((a.node.data?.data.length ?? 0) > 64) return false;
  const numbers = constantNumbers(a);
  return numbers !== undefined && numbers.join() === constantNumbers(b)?.join();
}

/** A node's attributes as text; of those that hold graphs or tensors no two are taken as the same. */
function settings({ attributes }: Node): unknown {
  const entries = Object.entries(attributes);
  const plain = entries.every(([, value]) => typeof value !== "object" || Array.isArray(value));
  return plain ? entries.map(([name, value]) => `${name}=${String(value)}`).join() : attributes;
}

/** Rows of a tensor times the same rows as columns, one by one: sums of squares. */
function isOwnProduct(product: Tensor, a: Tensor, b: Tensor): boolean {
  const vectors = a.shape.length === 1 && b.shape.length === 1;
  return (vectors || product.shape.slice(-2).join() === "1,1") && sameTensor(origin(a), origin(b));
}

const reshaping: ReadonlySet<string> = new Set(["Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze"]);

/** What a tensor was before it was given another shape. */
function origin(tensor: Tensor): Tensor {
  const [from] = tensor.node.inputs;
  return from !== undefined && reshaping.has(tensor.node.op) ? origin(from) : tensor;
}

/** Constants above 0, and numbers of elements, which are calculated from shapes alone. */
function isPositive(tensor: Tensor | undefined): boolean {
  const numbers = numbersOf(tensor);
  if (numbers !== undefined) return numbers.length > 0 && numbers.every((value) => value > 0);
  return tensor !== undefined && isOfSizes(tensor);
}

function isOfSizes({ node }: Tensor): boolean {
  if (node.op === "Shape" || node.op === "Constant") return true;
  const known = calculated.get(node);
  if (known !== undefined) return known;
  const found = node.inputs.length > 0 && node.inputs.every((input) => input === undefined || isOfSizes(input));
  calculated.set(node, found);
  return found;
}

const calculated = new WeakMap<Node, boolean>();

function isZero(tensor: Tensor | undefined): boolean {
  const numbers = numbersOf(tensor);
  return numbers !== undefined && numbers.length > 0 && numbers.every((value) => value === 0);
}

/** Zeros, repeated to a shape. */
function isZeros(tensor: Tensor): boolean {
  return isZero(tensor) || (tensor.node.op === "Expand" && isZero(tensor.node.inputs[0]));
}
