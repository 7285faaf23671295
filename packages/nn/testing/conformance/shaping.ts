// Gradient conformance of operators that move and join elements.
import { apply } from "../../src/graph/apply.ts";
import { constantNode } from "../../src/graph/node.ts";
import * as t from "../../src/index.ts";
import type { GradientCase } from "../finite-differences.ts";
import { each, int64, one, two } from "./forms.ts";

const s = [2, 3] as const;
const ids = (...values: number[]) => t.constant(values.map(BigInt));
const all = (...shapes: readonly (readonly number[])[]) => ({ shapes });

export const shapingCases: readonly GradientCase[] = [
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
  { op: "Pad", ...all([2, 4]), build: one((x) => t.pad(x, { 1: [2, 1] }, { mode: "reflect" })) },
  { op: "Pad", ...all([2, 3, 4]), build: one((x) => t.pad(x, { 1: [1, 0], "-1": [0, 2] }, { mode: "edge" })) },
  { op: "Pad", ...all([2, 5]), build: one((x) => t.pad(x, { 1: [-1, 2] }, { value: 1 })) },
  { op: "Tile", shapes: [s], build: one((x) => apply("Tile", [x, int64([3, 2], 2)])) },
  { op: "Trilu", shapes: [[2, 3, 4]], build: one((x) => apply("Trilu", [x, int64([1])])) },
  { op: "Trilu", shapes: [s], build: one((x) => apply("Trilu", [x], { upper: 0 })) },
  { op: "Pad", shapes: [[2, 3], []], build: (x, value) => apply("Pad", [x, int64([1, 0, 0, 2], 4), value]) },
  {
    op: "Pad",
    shapes: [[2, 3], []],
    build: (x, value) => apply("Pad", [x, int64([2, -1], 2), value, int64([-1], 1)]),
  },
  ...each(
    "Reshape",
    [[[6]], [[1, 2, 3, 1]], [[3, 2, 2]]],
    one((x) => t.reshape(x, [-1, 2])),
  ),
  ...each(
    "Squeeze",
    [[[1]], [[1, 3]], [[1, 2, 3, 2]]],
    one((x) => t.squeeze(x, 0)),
  ),
  ...each(
    "Unsqueeze",
    [[[]], [[3]], [[2, 1, 2]]],
    one((x) => t.unsqueeze(x, 0, -1)),
  ),
  ...each(
    "Expand",
    [[[]], [[3]], [[1, 2, 1]]],
    one((x) => t.expand(x, [2, 2, 3])),
  ),
  ...each(
    "Transpose",
    [[[3]], [[2, 1, 3, 2]]],
    one((x) => t.transpose(x)),
  ),
  ...each(
    "Concat",
    [
      [[1], [3]],
      [
        [2, 2, 3],
        [1, 2, 3],
      ],
      [
        [1, 2, 1, 2],
        [2, 2, 1, 2],
      ],
    ],
    two((a, b) => t.concat([a, b, a], 0)),
  ),
  ...each(
    "Split",
    [[[4]], [[4, 1, 2]]],
    one((x) => t.mul(...(t.split(x, [2, 2], 0) as [t.Tensor, t.Tensor]))),
  ),
  ...each(
    "Slice",
    [[[4]], [[3, 1, 2]]],
    one((x) => t.slice(x, 1, -1, 0)),
  ),
  ...each(
    "Tile",
    [[[3]], [[1, 2]], [[2, 1, 2, 1]]],
    one((x) => apply("Tile", [x, int64([2, 1, 3, 2].slice(0, x.shape.length), x.shape.length)])),
  ),
  ...each(
    "Trilu",
    [[[3, 3]], [[2, 1, 3, 2]]],
    one((x) => apply("Trilu", [x, int64([-1])])),
  ),
];
