// Catalogue entries of reductions, matrix products and normalisation.
import type { DType } from "../../dtype.ts";
import { floatTypes, numericTypes } from "../../dtype.ts";
import { NnError } from "../../errors.ts";
import type { Dim } from "../../shape.ts";
import { broadcast, formatShape, normalizeAxis, sameShape } from "../../shape.ts";
import type { ValueType } from "../node.ts";
import type { OpSpec } from "../spec.ts";
import { intAttribute, matMulShape, oneType, reducedShape, reductionAxes, required, takes } from "../spec.ts";
import { spec } from "./spec.ts";

const float = floatTypes;
const numeric = numericTypes;

/** A reduction over the constant axes in input 1 (see reductionAxes). */
function reduction(types: ReadonlySet<DType>): OpSpec {
  return spec(
    [1, 2],
    (a) => {
      takes(a, types, 0);
      const { dtype, shape } = required(a, 0);
      const axes = reductionAxes(a, shape.length);
      return [{ dtype, shape: reducedShape(shape, axes, intAttribute(a.attributes, "keepdims", 1) === 1) }];
    },
    { keepdims: "int", noop_with_empty_axes: "int" },
  );
}

function alongAxis(types: ReadonlySet<DType>): OpSpec {
  return spec(
    [1, 1],
    (a) => {
      takes(a, types);
      const { dtype, shape } = required(a, 0);
      normalizeAxis(intAttribute(a.attributes, "axis", -1), shape.length, a.op);
      return [{ dtype, shape }];
    },
    { axis: "int" },
  );
}

export const matrixOps: Readonly<Record<string, OpSpec>> = {
  // Reductions
  ReduceSum: reduction(numeric),
  ReduceMean: reduction(float),
  ReduceMax: reduction(numeric),
  ReduceMin: reduction(numeric),
  ReduceProd: reduction(numeric),
  ReduceLogSumExp: reduction(float),
  ArgMax: spec(
    [1, 1],
    (a) => {
      const { shape } = required(a, 0);
      const axis = normalizeAxis(intAttribute(a.attributes, "axis", 0), shape.length, a.op);
      return [{ dtype: "int64", shape: reducedShape(shape, [axis], intAttribute(a.attributes, "keepdims", 1) === 1) }];
    },
    { axis: "int", keepdims: "int", select_last_index: "int" },
  ),
  CumSum: spec(
    [2, 2],
    (a) => {
      takes(a, numeric, 0);
      const { dtype, shape } = required(a, 0);
      return [{ dtype, shape }];
    },
    { exclusive: "int", reverse: "int" },
  ),
  // Matrices
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
  // Normalisation
  Softmax: alongAxis(float),
  LogSoftmax: alongAxis(float),
  LayerNormalization: spec(
    [2, 3],
    (a) => {
      takes(a, float);
      const { dtype, shape } = required(a, 0);
      const axis = normalizeAxis(intAttribute(a.attributes, "axis", -1), shape.length, a.op);
      for (const tensor of a.inputs.slice(1)) {
        if (tensor !== undefined && !sameShape(broadcast(shape, tensor.shape, a.op), shape)) {
          throw new NnError(
            "shape-mismatch",
            "LayerNormalization: scale or bias is too large.",
            "Match the last axes.",
          );
        }
      }
      // ONNX keeps the mean and inverse deviation in float32 (stash_type 1).
      const statistics: ValueType = { dtype: "float32", shape: shape.map((dim, i) => (i >= axis ? 1 : dim)) };
      return [{ dtype, shape }, statistics, statistics].slice(0, a.outputCount);
    },
    { axis: "int", epsilon: "float", stash_type: "int" },
  ),
};
