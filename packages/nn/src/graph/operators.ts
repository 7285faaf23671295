// Short builders for single operators on tensors alone: what gradient rules and public functions are written in.
import type { DType } from "../dtype.ts";
import { numbersToData, onnxDataType } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import { isStatic } from "../shape.ts";
import { apply } from "./apply.ts";
import type { Tensor } from "./node.ts";
import { constantNode } from "./node.ts";

export const add = (a: Tensor, b: Tensor): Tensor => apply("Add", [a, b]);
export const sub = (a: Tensor, b: Tensor): Tensor => apply("Sub", [a, b]);
export const mul = (a: Tensor, b: Tensor): Tensor => apply("Mul", [a, b]);
export const div = (a: Tensor, b: Tensor): Tensor => apply("Div", [a, b]);
export const pow = (a: Tensor, b: Tensor): Tensor => apply("Pow", [a, b]);
export const neg = (a: Tensor): Tensor => apply("Neg", [a]);
export const exp = (a: Tensor): Tensor => apply("Exp", [a]);
export const log = (a: Tensor): Tensor => apply("Log", [a]);
export const where = (condition: Tensor, a: Tensor, b: Tensor): Tensor => apply("Where", [condition, a, b]);
export const cast = (a: Tensor, dtype: DType): Tensor =>
  a.dtype === dtype ? a : apply("Cast", [a], { to: onnxDataType[dtype] });

/** A scalar of the element type: a constant, cast where no typed array holds the type. */
export const scalar = (value: number, dtype: DType): Tensor =>
  dtype === "float16" ? cast(scalar(value, "float32"), dtype) : constantNode(numbersToData([value], [], dtype));
/** A scalar constant of another tensor's element type. */
export const like = (value: number, tensor: Tensor): Tensor => scalar(value, tensor.dtype);
/** A one-dimensional int64 constant: axes, sizes, positions. */
export const int64s = (values: readonly number[]): Tensor =>
  constantNode(numbersToData(values, [values.length], "int64"));

/** The sizes of `tensor` as an int64 tensor: a constant where they are known. */
export function shapeOf(tensor: Tensor): Tensor {
  return isStatic(tensor.shape) ? int64s(tensor.shape) : apply("Shape", [tensor]);
}

/** A shape as an int64 tensor. Symbolic sizes are taken from `source`, which must have them by name. */
export function shapeTensor(shape: Shape, source: Tensor): Tensor {
  if (isStatic(shape)) return int64s(shape);
  const parts = shape.map((dim) => {
    if (typeof dim === "number") return int64s([dim]);
    const axis = source.shape.indexOf(dim);
    return apply("Shape", [source], { start: axis, end: axis + 1 });
  });
  return apply("Concat", parts, { axis: 0 });
}

export const reshape = (a: Tensor, sizes: Tensor): Tensor => apply("Reshape", [a, sizes]);
export const expand = (a: Tensor, sizes: Tensor): Tensor => apply("Expand", [a, sizes]);
export const transpose = (a: Tensor, order: readonly number[]): Tensor => apply("Transpose", [a], { perm: order });
export const unsqueeze = (a: Tensor, axes: readonly number[]): Tensor => apply("Unsqueeze", [a, int64s(axes)]);
/** Without the listed axes; where none is listed, the tensor itself (to ONNX Runtime that means all of size 1). */
export const squeeze = (a: Tensor, axes: readonly number[]): Tensor =>
  axes.length === 0 ? a : apply("Squeeze", [a, int64s(axes)]);
/** The sum over the listed axes; over none it is the tensor itself (to ONNX an empty list means all axes). */
export const reduceSum = (a: Tensor, axes: readonly number[], keep: boolean): Tensor =>
  axes.length === 0 ? a : apply("ReduceSum", [a, int64s(axes)], { keepdims: keep ? 1 : 0 });
/** The mean over the listed axes; over none it is the tensor itself. */
export const reduceMean = (a: Tensor, axes: readonly number[], keep: boolean): Tensor =>
  axes.length === 0 ? a : apply("ReduceMean", [a, int64s(axes)], { keepdims: keep ? 1 : 0 });
export const matMul = (a: Tensor, b: Tensor): Tensor => apply("MatMul", [a, b]);
