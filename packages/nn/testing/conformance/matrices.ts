// Gradient conformance of matrix products.
import { apply } from "../../src/graph/apply.ts";
import * as t from "../../src/index.ts";
import type { GradientCase } from "../finite-differences.ts";
import { each, two } from "./forms.ts";

const product = { transA: 0, transB: 0, alpha: 1 };

export const matrixCases: readonly GradientCase[] = [
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
  {
    op: "FusedMatMul",
    shapes: [
      [2, 3],
      [3, 4],
    ],
    build: two((a, b) => apply("FusedMatMul", [a, b], { ...product, alpha: 0.5 })),
    dtype: "float32",
  },
  {
    op: "FusedMatMul",
    shapes: [
      [2, 3, 4],
      [2, 5, 4],
    ],
    build: two((a, b) => apply("FusedMatMul", [a, b], { ...product, transB: 1 })),
    dtype: "float32",
  },
  {
    op: "FusedMatMul",
    shapes: [
      [2, 4, 3],
      [2, 5, 4],
    ],
    build: two((a, b) => apply("FusedMatMul", [a, b], { ...product, transA: 1, transB: 1 })),
    dtype: "float32",
  },
  {
    op: "FusedMatMul",
    shapes: [
      [4, 3],
      [4, 5],
    ],
    build: two((a, b) => apply("FusedMatMul", [a, b], { ...product, transA: 1 })),
    dtype: "float32",
  },
  ...each(
    "Gemm",
    [
      [
        [1, 2],
        [2, 3],
        [1, 3],
      ],
    ],
    (a, b, c) => t.gemm(a!, b!, c!),
  ),
];
