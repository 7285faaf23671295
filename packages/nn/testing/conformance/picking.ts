// Gradient conformance of operators that pick elements and put them in places.
import { apply } from "../../src/graph/apply.ts";
import * as t from "../../src/index.ts";
import type { GradientCase } from "../finite-differences.ts";
import { each, float32, int64, one, two } from "./forms.ts";

const s = [2, 3] as const;
const idMatrix = t.constant({ data: BigInt64Array.of(2n, 0n, 2n, 1n), shape: [2, 2] });
const scatters: readonly GradientCase[] = ["max", "min", "mul"].flatMap((reduction): readonly GradientCase[] => [
  {
    op: "ScatterElements",
    shapes: [
      [3, 3],
      [2, 3],
    ],
    build: (x, u) => apply("ScatterElements", [x, int64([2, 0, 0, -1, 1, 0], 2, 3), u], { axis: 1, reduction }),
  },
  {
    op: "ScatterND",
    shapes: [
      [4, 2],
      [3, 2],
    ],
    build: (x, u) => apply("ScatterND", [x, int64([3, 3, 0], 3, 1), u], { reduction }),
  },
]);

export const pickingCases: readonly GradientCase[] = [
  { op: "Gather", shapes: [[3, 2]], build: one((x) => t.gather(x, idMatrix)) },
  { op: "Gather", shapes: [[2, 3, 2]], build: one((x) => t.gather(x, idMatrix, 1)) },
  { op: "GatherElements", shapes: [[3, 2]], build: one((x) => apply("GatherElements", [x, idMatrix], { axis: 0 })) },
  { op: "TopK", shapes: [[3, 5]], build: one((x) => t.topK(x, 2, 1).values) },
  { op: "TopK", shapes: [[3, 5]], build: one((x) => t.topK(x, 2, 0).values) },
  {
    op: "GatherElements",
    shapes: [[3, 2]],
    build: one((x) => t.gatherElements(x, int64([1, 0, 1, 1, 0, 0], 3, 2), 1)),
  },
  { op: "GatherND", shapes: [[3, 2, 2]], build: one((x) => t.gatherND(x, int64([0, 1, 2, 0, 0, 1], 3, 2))) },
  { op: "GatherND", shapes: [[3, 2]], build: one((x) => t.gatherND(x, int64([2, 2, 0], 3, 1))) },
  {
    op: "GatherND",
    shapes: [[2, 3, 2]],
    build: one((x) => apply("GatherND", [x, int64([2, 2, 0, -1], 2, 2, 1)], { batch_dims: 1 })),
  },
  {
    op: "GatherND",
    shapes: [[2, 2, 3]],
    build: one((x) => apply("GatherND", [x, int64([2, 0, 1, 1], 2, 2, 1)], { batch_dims: 2 })),
  },
  {
    op: "ScatterElements",
    shapes: [[3, 3], s],
    build: two((x, u) => t.scatterElements(x, int64([2, 0, 1, 0, 1, 2], 2, 3), u)),
  },
  {
    op: "ScatterElements",
    shapes: [[3, 3], s],
    build: two((x, u) => t.scatterElements(x, int64([2, 0, 0, 1, 1, 1], 2, 3), u, 1, { reduction: "add" })),
  },
  { op: "ScatterND", shapes: [[4, 3], s], build: two((x, u) => t.scatterND(x, int64([3, 1], 2, 1), u)) },
  {
    op: "ScatterND",
    shapes: [[4, 3], s],
    build: two((x, u) => t.scatterND(x, int64([3, 3], 2, 1), u, { reduction: "add" })),
  },
  ...[0, -1].map(
    (axis): GradientCase => ({
      op: "OneHot",
      ...float32,
      shapes: [axis === 0 ? [2] : [2, 1]],
      build: one((x) =>
        apply("OneHot", [int64([0, 2, 1, 2], 2, 2), t.constant(3, "int64"), t.reshape(x, [2])], { axis }),
      ),
    }),
  ),
  ...scatters,
  ...each(
    "Gather",
    [[[3]], [[4, 1, 2]]],
    one((x) => t.gather(x, int64([2, 0, 2], 3))),
  ),
  ...each(
    "GatherElements",
    [[[4]], [[4, 1]], [[3, 1, 2]]],
    one((x) => {
      const shape = [2, ...x.shape.slice(1).map(Number)];
      return t.gatherElements(
        x,
        int64(
          [2, 0, 2, 1].slice(
            0,
            shape.reduce((a, b) => a * b, 1),
          ),
          ...shape,
        ),
        0,
      );
    }),
  ),
  ...each(
    "ScatterElements",
    [
      [[4], [2]],
      [
        [3, 1],
        [2, 1],
      ],
      [
        [3, 1, 2],
        [2, 1, 2],
      ],
    ],
    two((x, u) => {
      const shape = u.shape.map(Number);
      return t.scatterElements(
        x,
        int64(
          [2, 0, 1, 2].slice(
            0,
            shape.reduce((a, b) => a * b, 1),
          ),
          ...shape,
        ),
        u,
      );
    }),
  ),
  ...each(
    "ScatterND",
    [
      [[4], [2]],
      [
        [3, 1, 2],
        [2, 1, 2],
      ],
    ],
    two((x, u) => t.scatterND(x, int64([2, 0], 2, 1), u)),
  ),
  ...each(
    "TopK",
    [[[5]], [[1, 4]], [[2, 1, 3, 2]]],
    one((x) => t.topK(x, 2, -1).values),
  ),
];
