// Gradient conformance of reductions and running sums.
import { apply } from "../../src/graph/apply.ts";
import * as t from "../../src/index.ts";
import type { GradientCase } from "../finite-differences.ts";
import type { Shapes } from "./forms.ts";
import { each, int64, one } from "./forms.ts";

const s = [2, 3] as const;
const none = int64([], 0);
const reductions = ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceLogSumExp"];
const three: readonly Shapes[] = [[[1]], [[2, 3, 2]], [[2, 1, 3, 2]]];

export const reductionCases: readonly GradientCase[] = [
  { op: "ReduceSum", shapes: [[2, 3, 2]], build: one((x) => t.reduceSum(x, [0, 2])) },
  { op: "ReduceSum", shapes: [s], build: one((x) => t.reduceSum(x)) },
  { op: "ReduceMean", shapes: [[2, 3, 2]], build: one((x) => t.reduceMean(x, 1, { keepDims: true })) },
  { op: "ReduceMax", shapes: [[3, 4]], build: one((x) => t.reduceMax(x, 1)) },
  { op: "ReduceMin", shapes: [[3, 4]], build: one((x) => t.reduceMin(x, 0, { keepDims: true })) },
  { op: "CumSum", shapes: [s], build: one((x) => apply("CumSum", [x, t.constant(1, "int64")])) },
  { op: "ReduceLogSumExp", shapes: [[2, 3, 2]], build: one((x) => t.reduceLogSumExp(x, [0, 2])) },
  { op: "ReduceLogSumExp", shapes: [s], build: one((x) => t.reduceLogSumExp(x, 1, { keepDims: true })) },
  { op: "CumSum", shapes: [s], build: one((x) => t.cumSum(x, 0, { exclusive: true, reverse: true })) },
  { op: "ReduceProd", shapes: [[2, 3, 2]], build: one((x) => apply("ReduceProd", [x, int64([0, 2], 2)])) },
  {
    op: "ReduceProd",
    shapes: [[3, 2]],
    build: one((x) => {
      const zeros = t.constant({ data: Float64Array.of(0, 1, 1, 0, 1, 0), shape: [3, 2] });
      return apply("ReduceProd", [t.mul(x, zeros), int64([0], 1)], { keepdims: 0 });
    }),
  },
  ...reductions.flatMap((op): readonly GradientCase[] =>
    [0, 1].flatMap((noop) =>
      [0, 1].flatMap((keepdims) =>
        [none, undefined].map((axes) => ({
          op,
          shapes: [[2, 3]],
          build: one((x) => apply(op, [x, axes], { noop_with_empty_axes: noop, keepdims })),
        })),
      ),
    ),
  ),
  {
    op: "ReduceMean",
    shapes: [[2, 3, 2]],
    build: one((x) => apply("ReduceMean", [x, int64([-1, 0], 2)], { keepdims: 0 })),
  },
  ...[
    ["ReduceSum", t.reduceSum],
    ["ReduceMean", t.reduceMean],
    ["ReduceMax", t.reduceMax],
    ["ReduceMin", t.reduceMin],
    ["ReduceLogSumExp", t.reduceLogSumExp],
  ].flatMap(([op, reduce]) =>
    each(
      op as string,
      three,
      one((x) => (reduce as typeof t.reduceSum)(x, -1)),
    ),
  ),
  ...each(
    "ReduceProd",
    [[[4]], [[2, 1, 3, 2]]],
    one((x) => apply("ReduceProd", [x, int64([-1], 1)])),
  ),
  ...each(
    "CumSum",
    [[[4]], [[1, 3]], [[2, 1, 3, 2]]],
    one((x) => t.cumSum(x, -1)),
  ),
];
