// Catalogue entries of reductions and running sums.

import type { DType } from "../../dtype.ts";
import { floatTypes, numericTypes } from "../../dtype.ts";
import { normalizeAxis } from "../../shape.ts";
import type { OpSpec } from "../spec.ts";
import { intAttribute, reducedShape, reductionAxes, required, takes } from "../spec.ts";
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

export const reductionOps: Readonly<Record<string, OpSpec>> = {
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
};
