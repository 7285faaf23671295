import { dtypeFromOnnx, floatTypes, numericTypes } from "../../dtype.ts";
import { NnError } from "../../errors.ts";
import { formatShape, sameShape } from "../../shape.ts";
import type { OpSpec } from "../spec.ts";
import { broadcastAll, intAttribute, oneType, required, takes } from "../spec.ts";
import { all, bool, elementwise, spec, unary } from "./spec.ts";

const float = floatTypes;
const numeric = numericTypes;

export const elementwiseOps: Readonly<Record<string, OpSpec>> = {
  // Arithmetic and elementwise functions
  Add: elementwise([2, 2], numeric),
  Sub: elementwise([2, 2], numeric),
  Mul: elementwise([2, 2], numeric),
  Div: elementwise([2, 2], numeric),
  Pow: elementwise([2, 2], numeric),
  Mod: spec(
    [2, 2],
    (a) => {
      takes(a, numeric);
      return [{ dtype: oneType(a), shape: broadcastAll(a) }];
    },
    { fmod: "int" },
  ),
  Min: elementwise([1, 1024], numeric),
  Max: elementwise([1, 1024], numeric),
  Neg: unary(numeric),
  Abs: unary(numeric),
  Sign: unary(numeric),
  Sqrt: unary(float),
  Exp: unary(float),
  Log: unary(float),
  Erf: unary(float),
  Floor: unary(float),
  Ceil: unary(float),
  Round: unary(float),
  Sin: unary(float),
  Cos: unary(float),
  Tan: unary(float),
  Asin: unary(float),
  Acos: unary(float),
  Atan: unary(float),
  Sinh: unary(float),
  Cosh: unary(float),
  Asinh: unary(float),
  Acosh: unary(float),
  Atanh: unary(float),
  Reciprocal: unary(float),
  Sigmoid: unary(float),
  Tanh: unary(float),
  Relu: unary(float),
  Softplus: unary(float),
  Gelu: spec(
    [1, 1],
    (a) => {
      takes(a, float);
      const { approximate = "none" } = a.attributes;
      if (approximate !== "none" && approximate !== "tanh") {
        throw new NnError(
          "attribute-invalid",
          `Gelu: approximate is ${JSON.stringify(approximate)}.`,
          'Give "none" (the error function) or "tanh".',
        );
      }
      const { dtype, shape } = required(a, 0);
      return [{ dtype, shape }];
    },
    { approximate: "string" },
  ),
  /** x, and the slope of what is below 0, which broadcasts to x. */
  PRelu: spec([2, 2], (a) => {
    takes(a, float);
    const { shape } = required(a, 0);
    if (!sameShape(broadcastAll(a), shape)) {
      throw new NnError(
        "shape-mismatch",
        `PRelu: slopes ${formatShape(required(a, 1).shape)} do not broadcast to ${formatShape(shape)}.`,
        "Give one slope, or one a channel as [channels, 1, 1].",
      );
    }
    return [{ dtype: oneType(a), shape }];
  }),
  LeakyRelu: unary(float, { alpha: "float" }),
  Elu: unary(float, { alpha: "float" }),
  HardSigmoid: unary(float, { alpha: "float", beta: "float" }),
  HardSwish: unary(float),
  Mish: unary(float),
  Identity: unary(all),
  Clip: spec([1, 3], (a) => {
    takes(a, numeric);
    return [{ dtype: oneType(a), shape: required(a, 0).shape }];
  }),
  // Comparison and logic
  Equal: elementwise([2, 2], all, "bool"),
  Greater: elementwise([2, 2], numeric, "bool"),
  GreaterOrEqual: elementwise([2, 2], numeric, "bool"),
  Less: elementwise([2, 2], numeric, "bool"),
  LessOrEqual: elementwise([2, 2], numeric, "bool"),
  And: elementwise([2, 2], bool),
  Or: elementwise([2, 2], bool),
  Xor: elementwise([2, 2], bool),
  Not: unary(bool),
  IsNaN: spec([1, 1], (a) => {
    takes(a, float);
    return [{ dtype: "bool", shape: required(a, 0).shape }];
  }),
  IsInf: spec(
    [1, 1],
    (a) => {
      takes(a, float);
      return [{ dtype: "bool", shape: required(a, 0).shape }];
    },
    { detect_negative: "int", detect_positive: "int" },
  ),
  Where: spec([3, 3], (a) => {
    takes(a, bool, 0);
    return [{ dtype: oneType(a, 1, 2), shape: broadcastAll(a) }];
  }),
  Cast: spec(
    [1, 1],
    (a) => {
      const dtype = dtypeFromOnnx(intAttribute(a.attributes, "to", 0));
      if (dtype === undefined) {
        throw new NnError(
          "attribute-invalid",
          "Cast: unknown element type.",
          "Cast to a type that is listed as DType.",
        );
      }
      return [{ dtype, shape: required(a, 0).shape }];
    },
    { to: "int", saturate: "int" },
  ),
};
