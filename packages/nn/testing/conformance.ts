// The gradient conformance table: a new operator joins with one line.

import { apply } from "../src/graph/apply.ts";
import { constantNode } from "../src/graph/node.ts";
import * as t from "../src/index.ts";
import { imageCases } from "./conformance-images.ts";
import { pickingCases } from "./conformance-picking.ts";
import { recurrentCases } from "./conformance-recurrent.ts";
import { settingCases } from "./conformance-settings.ts";
import { shapeCases } from "./conformance-shapes.ts";
import type { GradientCase } from "./finite-differences.ts";

const ids = (...values: number[]) => t.constant(values.map(BigInt));
const idMatrix = t.constant({ data: BigInt64Array.of(2n, 0n, 2n, 1n), shape: [2, 2] });
const mask = t.constant({ data: Uint8Array.of(1, 0, 1), shape: [3], dtype: "bool" });
const two = (op: (a: t.Tensor, b: t.Tensor) => t.Tensor) => (a?: t.Tensor, b?: t.Tensor) => op(a!, b!);
const one = (op: (x: t.Tensor) => t.Tensor) => (x?: t.Tensor) => op(x!);
const s = [2, 3] as const;
const positive = [0.3, 2] as const;

export const gradientCases: readonly GradientCase[] = [
  { op: "Add", shapes: [s, s], build: two(t.add) },
  {
    op: "Add",
    shapes: [
      [2, 1, 3],
      [4, 1],
    ],
    build: two(t.add),
  },
  { op: "Sub", shapes: [s, [3]], build: two(t.sub) },
  { op: "Mul", shapes: [s, []], build: two(t.mul) },
  {
    op: "Mul",
    shapes: [
      [4, 2, 3],
      [2, 3],
    ],
    build: two(t.mul),
  },
  { op: "Mul", shapes: [s], build: one((x) => t.mul(x, x)) },
  { op: "Div", shapes: [s, [2, 1]], build: two(t.div), range: positive },
  { op: "Pow", shapes: [s, [3]], build: two(t.pow), range: positive },
  { op: "Pow", shapes: [s], build: one((x) => t.pow(x, 2)) },
  { op: "Pow", shapes: [s], build: one((x) => t.pow(x, 3)) },
  { op: "Min", shapes: [s, [3]], build: two(t.min) },
  { op: "Max", shapes: [s, [2, 1], []], build: (a, b, c) => t.max(a!, b!, c!) },
  { op: "Clip", shapes: [s], build: one((x) => t.clip(x, -1, 0.5)) },
  { op: "Clip", shapes: [s], build: one((x) => t.clip(x, undefined, 0.5)) },
  { op: "Neg", shapes: [s], build: one(t.neg) },
  { op: "Abs", shapes: [s], build: one(t.abs) },
  { op: "Sqrt", shapes: [s], build: one(t.sqrt), range: positive },
  { op: "Exp", shapes: [s], build: one(t.exp) },
  { op: "Log", shapes: [s], build: one(t.log), range: positive },
  { op: "Sin", shapes: [s], build: one(t.sin) },
  { op: "Cos", shapes: [s], build: one(t.cos), dtype: "float32" },
  { op: "Reciprocal", shapes: [s], build: one((x) => apply("Reciprocal", [x])), range: positive },
  { op: "Erf", shapes: [s], build: one(t.erf), dtype: "float32" },
  { op: "Sigmoid", shapes: [s], build: one(t.sigmoid) },
  { op: "Tanh", shapes: [s], build: one(t.tanh) },
  { op: "Relu", shapes: [s], build: one(t.relu) },
  { op: "Softplus", shapes: [s], build: one(t.softplus), dtype: "float32" },
  { op: "Gelu", shapes: [s], build: one(t.gelu), dtype: "float32" },
  { op: "Identity", shapes: [s], build: one((x) => t.identity(x)) },
  { op: "Where", shapes: [s, []], build: two((a, b) => t.where(mask, a, b)) },
  { op: "Cast", shapes: [s], build: one((x) => t.cast(t.mul(t.cast(x, "float64"), 2), "float32")), dtype: "float32" },
  { op: "Concat", shapes: [s, [2, 2]], build: two((a, b) => t.concat([a, b, a], 1)) },
  { op: "Split", shapes: [[2, 5]], build: one((x) => t.split(x, [2, 3], 1)[1]!) },
  { op: "Split", shapes: [[2, 4]], build: one((x) => t.mul(...(t.split(x, [2, 2], 1) as [t.Tensor, t.Tensor]))) },
  { op: "Reshape", shapes: [s], build: one((x) => t.reshape(x, [3, -1])) },
  { op: "Squeeze", shapes: [[2, 1, 3]], build: one((x) => t.squeeze(x, 1)) },
  { op: "Unsqueeze", shapes: [s], build: one((x) => t.unsqueeze(x, 0, 3)) },
  { op: "Expand", shapes: [[2, 1]], build: one((x) => t.expand(x, [4, 2, 3])) },
  { op: "Transpose", shapes: [[2, 3, 4]], build: one((x) => t.transpose(x, [2, 0, 1])) },
  { op: "Transpose", shapes: [s], build: one((x) => t.transpose(x)) },
  { op: "Slice", shapes: [[3, 5]], build: one((x) => t.slice(x, 1, -1, 1)) },
  { op: "Slice", shapes: [[3, 5]], build: one((x) => t.slice(x, 0, Number.POSITIVE_INFINITY, 1, 2)) },
  { op: "Slice", shapes: [[5, 2]], build: one((x) => t.slice(x, -1, Number.NEGATIVE_INFINITY, 0, -2)) },
  {
    op: "Pad",
    shapes: [s],
    build: one((x) => apply("Pad", [x, ids(1, 0, 0, 2), constantNode({ data: Float64Array.of(0), shape: [] })])),
  },
  { op: "Gather", shapes: [[3, 2]], build: one((x) => t.gather(x, idMatrix)) },
  { op: "Gather", shapes: [[2, 3, 2]], build: one((x) => t.gather(x, idMatrix, 1)) },
  { op: "GatherElements", shapes: [[3, 2]], build: one((x) => apply("GatherElements", [x, idMatrix], { axis: 0 })) },
  { op: "ReduceSum", shapes: [[2, 3, 2]], build: one((x) => t.reduceSum(x, [0, 2])) },
  { op: "ReduceSum", shapes: [s], build: one((x) => t.reduceSum(x)) },
  { op: "ReduceMean", shapes: [[2, 3, 2]], build: one((x) => t.reduceMean(x, 1, { keepDims: true })) },
  { op: "ReduceMax", shapes: [[3, 4]], build: one((x) => t.reduceMax(x, 1)) },
  { op: "ReduceMin", shapes: [[3, 4]], build: one((x) => t.reduceMin(x, 0, { keepDims: true })) },
  {
    op: "MatMul",
    shapes: [
      [2, 3],
      [3, 4],
    ],
    build: two(t.matMul),
  },
  {
    op: "MatMul",
    shapes: [
      [2, 3],
      [3, 4],
    ],
    build: two(t.matMul),
    dtype: "float32",
  },
  {
    op: "MatMul",
    shapes: [
      [4, 2, 3],
      [3, 2],
    ],
    build: two(t.matMul),
  },
  {
    op: "MatMul",
    shapes: [
      [4, 2, 3],
      [4, 3, 2],
    ],
    build: two(t.matMul),
    dtype: "float32",
  },
  {
    op: "MatMul",
    shapes: [
      [2, 3],
      [4, 3, 2],
    ],
    build: two(t.matMul),
    dtype: "float32",
  },
  {
    op: "MatMul",
    shapes: [
      [2, 1, 2, 3],
      [3, 3, 2],
    ],
    build: two(t.matMul),
  },
  { op: "MatMul", shapes: [[3], [3, 2]], build: two(t.matMul) },
  { op: "MatMul", shapes: [[4, 2, 3], [3]], build: two(t.matMul) },
  { op: "Gemm", shapes: [[2, 3], [3, 4], [4]], build: (a, b, c) => t.gemm(a!, b!, c!, { alpha: 0.5, beta: 2 }) },
  {
    op: "Gemm",
    shapes: [
      [3, 2],
      [3, 4],
    ],
    build: two((a, b) => t.gemm(a, b, undefined, { transA: true })),
  },
  {
    op: "Gemm",
    shapes: [
      [2, 3],
      [4, 3],
    ],
    build: two((a, b) => t.gemm(a, b, undefined, { transB: true })),
  },
  {
    op: "Gemm",
    shapes: [
      [3, 2],
      [4, 3],
    ],
    build: two((a, b) => t.gemm(a, b, undefined, { transA: true, transB: true })),
  },
  { op: "Softmax", shapes: [s], build: one((x) => t.softmax(x)) },
  { op: "Softmax", shapes: [[2, 3, 2]], build: one((x) => t.softmax(x, 1)) },
  { op: "LogSoftmax", shapes: [s], build: one((x) => t.logSoftmax(x)) },
  { op: "LayerNormalization", shapes: [[2, 4], [4], [4]], build: (x, w, b) => t.layerNormalization(x!, w!, b!) },
  {
    op: "LayerNormalization",
    shapes: [
      [2, 3, 4],
      [3, 4],
    ],
    build: two((x, w) => t.layerNormalization(x, w, undefined, { axis: 1 })),
    dtype: "float32",
  },
  { op: "CumSum", shapes: [s], build: one((x) => apply("CumSum", [x, t.constant(1, "int64")])) },
  ...imageCases,
  ...pickingCases,
  ...recurrentCases,
  ...settingCases,
  ...shapeCases,
];
