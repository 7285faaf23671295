// Elementwise functions with NumPy broadcasting: arithmetic, activations, comparison, choice, casts.
import type { DType } from "../dtype.ts";
import { apply } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import { cast as castTo, scalar } from "../graph/operators.ts";
import type { Operand } from "./leaves.ts";
import { lift, liftAll } from "./leaves.ts";

type Binary = (a: Operand, b: Operand) => Tensor;
type Unary = (x: Tensor) => Tensor;

function binary(op: string): Binary {
  return (a, b) => apply(op, lift(a, b));
}

function unary(op: string): Unary {
  return (x) => apply(op, [x]);
}

export const add: Binary = binary("Add");
export const sub: Binary = binary("Sub");
export const mul: Binary = binary("Mul");
export const div: Binary = binary("Div");
/** `a` to the power `b`. */
export const pow: Binary = binary("Pow");
export const neg: Unary = unary("Neg");
export const abs: Unary = unary("Abs");
export const sign: Unary = unary("Sign");
export const sqrt: Unary = unary("Sqrt");
export const exp: Unary = unary("Exp");
/** Natural logarithm. */
export const log: Unary = unary("Log");
export const sin: Unary = unary("Sin");
export const cos: Unary = unary("Cos");
export const floor: Unary = unary("Floor");
export const ceil: Unary = unary("Ceil");
export const erf: Unary = unary("Erf");
export const sigmoid: Unary = unary("Sigmoid");
export const tanh: Unary = unary("Tanh");
export const relu: Unary = unary("Relu");
/** log(1 + exp(x)). */
export const softplus: Unary = unary("Softplus");
/** x Φ(x), with the exact error function (Hendrycks and Gimpel 2016). */
export const gelu: Unary = unary("Gelu");

/** x σ(x), also called swish (Elfwing et al. 2018). */
export function silu(x: Tensor): Tensor {
  // ONNX Runtime fuses x σ(x) into an operator that it has for float32 alone.
  if (x.dtype === "float64") return div(x, add(exp(neg(x)), 1));
  return apply("Mul", [x, apply("Sigmoid", [x])]);
}

/** x where it is positive, otherwise `slope` x. */
export function leakyRelu(x: Tensor, slope = 0.01): Tensor {
  return apply("LeakyRelu", [x], { alpha: slope });
}

/** x where it is positive, otherwise alpha (exp(x) - 1) (Clevert et al. 2016). */
export function elu(x: Tensor, alpha = 1): Tensor {
  return apply("Elu", [x], { alpha });
}

/** x clip(x/6 + 1/2, 0, 1) (Howard et al. 2019). */
export const hardSwish: Unary = unary("HardSwish");
/** x tanh(softplus(x)) (Misra 2019). */
export const mish: Unary = unary("Mish");

export function min(...operands: readonly Operand[]): Tensor {
  return apply("Min", liftAll(operands));
}

export function max(...operands: readonly Operand[]): Tensor {
  return apply("Max", liftAll(operands));
}

/** x limited to [low, high]; either may be undefined for no limit. */
export function clip(x: Tensor, low?: number, high?: number): Tensor {
  const bound = (value: number | undefined): Tensor | undefined =>
    value === undefined ? undefined : scalar(value, x.dtype);
  return apply("Clip", [x, bound(low), bound(high)]);
}

export const equal: Binary = binary("Equal");
export const greater: Binary = binary("Greater");
export const greaterOrEqual: Binary = binary("GreaterOrEqual");
export const less: Binary = binary("Less");
export const lessOrEqual: Binary = binary("LessOrEqual");
export const and: (a: Tensor, b: Tensor) => Tensor = (a, b) => apply("And", [a, b]);
export const or: (a: Tensor, b: Tensor) => Tensor = (a, b) => apply("Or", [a, b]);
export const not: Unary = unary("Not");
const isNotANumber: Unary = unary("IsNaN");

export { isNotANumber as isNaN };

/** `a` where `condition` (bool) holds, otherwise `b`. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  return apply("Where", [condition, ...lift(a, b)]);
}

export function cast(x: Tensor, dtype: DType): Tensor {
  return castTo(x, dtype);
}
