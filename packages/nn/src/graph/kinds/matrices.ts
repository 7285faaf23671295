import { floatTypes, numericTypes } from "../../dtype.ts";
import { NnError } from "../../errors.ts";
import type { Dim } from "../../shape.ts";
import { broadcast, formatShape, sameShape } from "../../shape.ts";
import type { OpSpec } from "../spec.ts";
import { intAttribute, matMulShape, oneType, required, takes } from "../spec.ts";
import { spec } from "./spec.ts";

const float = floatTypes;
const numeric = numericTypes;

export const matrixOps: Readonly<Record<string, OpSpec>> = {
  MatMul: spec([2, 2], (a) => {
    takes(a, numeric);
    return [{ dtype: oneType(a), shape: matMulShape(required(a, 0).shape, required(a, 1).shape, a.op) }];
  }),
  FusedMatMul: spec(
    [2, 2],
    (a) => {
      takes(a, float);
      const side = (index: number, flag: string): readonly Dim[] => {
        const { shape } = required(a, index);
        if (intAttribute(a.attributes, flag, 0) === 0) return shape;
        return [...shape.slice(0, -2), ...shape.slice(-1), ...shape.slice(-2, -1)];
      };
      return [{ dtype: oneType(a), shape: matMulShape(side(0, "transA"), side(1, "transB"), a.op) }];
    },
    { alpha: "float", transA: "int", transB: "int" },
    "com.microsoft",
  ),
  Gemm: spec(
    [2, 3],
    (a) => {
      takes(a, float);
      const side = (index: number, flag: string): readonly Dim[] => {
        const { shape } = required(a, index);
        if (shape.length !== 2) {
          throw new NnError("shape-mismatch", `Gemm: input ${index} is ${formatShape(shape)}.`, "Give two matrices.");
        }
        return intAttribute(a.attributes, flag, 0) === 1 ? [...shape].reverse() : shape;
      };
      const shape = matMulShape(side(0, "transA"), side(1, "transB"), a.op);
      const bias = a.inputs[2];
      if (bias !== undefined && !sameShape(broadcast(shape, bias.shape, a.op), shape)) {
        throw new NnError(
          "shape-mismatch",
          `Gemm: bias ${formatShape(bias.shape)} does not broadcast to ${formatShape(shape)}.`,
          "Make the bias one row.",
        );
      }
      return [{ dtype: oneType(a), shape }];
    },
    { alpha: "float", beta: "float", transA: "int", transB: "int" },
  ),
};
