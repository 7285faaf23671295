// Gradient conformance of quantised numbers.
import { apply } from "../../src/graph/apply.ts";
import * as t from "../../src/index.ts";
import type { GradientCase } from "../finite-differences.ts";
import { float32, one } from "./forms.ts";

const int8 = (values: readonly number[], ...shape: number[]) => t.constant({ data: Int8Array.from(values), shape });

export const quantizedCases: readonly GradientCase[] = [
  {
    op: "DequantizeLinear",
    ...float32,
    shapes: [[]],
    build: one((scale) => apply("DequantizeLinear", [int8([3, -5, 7], 3), scale, t.squeeze(int8([2], 1), 0)])),
  },
  {
    op: "DequantizeLinear",
    ...float32,
    shapes: [[2]],
    build: one((scale) => apply("DequantizeLinear", [int8([1, -2, 3, 4, 5, -6], 1, 2, 3), scale, int8([2, -1], 2)])),
  },
];
