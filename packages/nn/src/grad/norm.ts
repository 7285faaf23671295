// Roots that stand for a norm or a distance: their slope at 0, where a root has none, is 0, as PyTorch has it.
import type { Tensor } from "../graph/node.ts";
import { constantNumbers } from "../graph/node.ts";

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
    case "Div":
      return isPositive(b) && isRadicandOfNorm(a);
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
    case "Sqrt":
      return false;
    default:
      return attributes.reduction === "add" && op.startsWith("Scatter") && isZeros(a) && isSquare(inputs[2]);
  }
}

const isSquare = (tensor: Tensor | undefined): boolean => tensor !== undefined && isRadicandOfNorm(tensor);

/** The numbers of a constant, which may stand behind a change of its element type. */
export function numbersOf(tensor: Tensor | undefined): readonly number[] | undefined {
  return constantNumbers(tensor?.node.op === "Cast" ? tensor.node.inputs[0] : tensor);
}

function sameTensor(a: Tensor, b: Tensor): boolean {
  return a.node === b.node && a.index === b.index;
}

function isPositive(tensor: Tensor | undefined): boolean {
  const numbers = numbersOf(tensor);
  return numbers !== undefined && numbers.length > 0 && numbers.every((value) => value > 0);
}

function isZero(tensor: Tensor | undefined): boolean {
  const numbers = numbersOf(tensor);
  return numbers !== undefined && numbers.length > 0 && numbers.every((value) => value === 0);
}

/** Zeros, repeated to a shape. */
function isZeros(tensor: Tensor): boolean {
  return isZero(tensor) || (tensor.node.op === "Expand" && isZero(tensor.node.inputs[0]));
}
