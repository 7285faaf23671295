// Catalogue entries of the operators on eight-bit integers.
import type { DType } from "../../dtype.ts";
import { floatTypes } from "../../dtype.ts";
import { NnError } from "../../errors.ts";
import { entryOf, formatShape, normalizeAxis, sameShape } from "../../shape.ts";
import type { OpSpec } from "../spec.ts";
import { intAttribute, matMulShape, required, takes } from "../spec.ts";
import { eightBit, spec } from "./spec.ts";

const float = floatTypes;

export const quantizedOps: Readonly<Record<string, OpSpec>> = {
  DequantizeLinear: spec(
    [2, 3],
    (a) => {
      takes(a, new Set<DType>([...eightBit, "int32"]), 0);
      takes(a, float, 1);
      const { shape } = required(a, 0);
      const scale = required(a, 1);
      const axis = normalizeAxis(intAttribute(a.attributes, "axis", 1), Math.max(shape.length, 2), a.op);
      if (scale.shape.length > 0 && !sameShape(scale.shape, [entryOf(shape, axis)])) {
        throw new NnError(
          "shape-mismatch",
          `DequantizeLinear: scales ${formatShape(scale.shape)} do not fit axis ${axis} of ${formatShape(shape)}.`,
          "Give one scale, or one for each index along the axis.",
        );
      }
      return [{ dtype: scale.dtype, shape }];
    },
    { axis: "int" },
  ),
  DynamicQuantizeLinear: spec([1, 1], (a) => {
    takes(a, new Set<DType>(["float32"]));
    return [
      { dtype: "uint8", shape: required(a, 0).shape },
      { dtype: "float32", shape: [] },
      { dtype: "uint8", shape: [] },
    ];
  }),
  MatMulInteger: spec([2, 4], (a) => {
    takes(a, eightBit);
    return [{ dtype: "int32", shape: matMulShape(required(a, 0).shape, required(a, 1).shape, a.op) }];
  }),
};
