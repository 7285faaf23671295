// The leaves of a graph: named inputs and constants, and numbers lifted to constants.
import type { DType, TensorData } from "../dtype.ts";
import { dtypeOf, numbersToData } from "../dtype.ts";
import { NnError } from "../errors.ts";
import { apply } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import { constantNode, inputNode } from "../graph/node.ts";
import { scalar } from "../graph/operators.ts";
import type { Shape } from "../shape.ts";

/** A tensor, or a number that becomes a scalar constant of the other operand's element type. */
export type Operand = Tensor | number;

/** A named graph input; sizes may be names: `input("x", "float32", ["N", 3])`. */
export function input(name: string, dtype: DType, shape: Shape): Tensor {
  return inputNode(name, dtype, shape);
}

/**
 * A tensor stored in the graph. A number gives a scalar, a list of numbers or strings one dimension;
 * `dtype` is float32 for numbers unless given. Tensor data are kept, not copied.
 */
export function constant(
  value: TensorData | number | readonly number[] | readonly bigint[] | readonly string[] | string,
  dtype?: DType,
): Tensor {
  if (typeof value === "object" && "shape" in value) {
    if (dtype !== undefined && dtype !== dtypeOf(value)) {
      return constant({ ...value, dtype });
    }
    return constantNode(value);
  }
  if (typeof value === "number") return scalar(value, dtype ?? "float32");
  if (typeof value === "string") return constantNode({ data: [value], shape: [] });
  if (value.every((item) => typeof item === "string")) return constantNode({ data: value, shape: [value.length] });
  if (value.every((item) => typeof item === "bigint")) {
    return constantNode({ data: BigInt64Array.from(value), shape: [value.length] });
  }
  return constantNode(numbersToData(value.map(Number), [value.length], dtype ?? "float32"));
}

/** The same value under a name: the name of the ONNX value, where it is still free. */
export function identity(x: Tensor, name?: string): Tensor {
  return apply("Identity", [x], {}, name);
}

/** Both operands as tensors; at least one must be a tensor already. */
export function lift(a: Operand, b: Operand): readonly [Tensor, Tensor] {
  if (typeof a !== "number") return [a, typeof b === "number" ? scalar(b, a.dtype) : b];
  if (typeof b !== "number") return [scalar(a, b.dtype), b];
  return [scalar(a, "float32"), scalar(b, "float32")];
}

/** Operands as tensors of the first tensor's element type. Throws `graph-invalid` for an empty list. */
export function liftAll(operands: readonly Operand[]): readonly Tensor[] {
  if (operands.length === 0) {
    throw new NnError("graph-invalid", "An operation was given no operands.", "Give it at least one tensor.");
  }
  const dtype = operands.find((operand) => typeof operand !== "number")?.dtype ?? "float32";
  return operands.map((operand) => (typeof operand === "number" ? scalar(operand, dtype) : operand));
}
