// Gradient conformance of further outputs, of inputs that are settings most often, and of attributes that change a rule.
import { apply, applyAll } from "../src/graph/apply.ts";
import type { Attributes } from "../src/graph/node.ts";
import * as t from "../src/index.ts";
import type { GradientCase } from "./finite-differences.ts";

type Shapes = readonly (readonly number[])[];

const float32 = { dtype: "float32" } as const;
const one = (op: (x: t.Tensor) => t.Tensor) => (x?: t.Tensor) => op(x!);
const int64 = (values: readonly number[], ...shape: number[]) =>
  t.constant({ data: BigInt64Array.from(values, BigInt), shape });
const int8 = (values: readonly number[], ...shape: number[]) => t.constant({ data: Int8Array.from(values), shape });

/** All outputs of an operator, joined into one vector in float32. */
const allOf = (op: string, shapes: Shapes, attributes: Attributes, count: number, more: readonly t.Tensor[] = []) => ({
  op,
  shapes,
  ...float32,
  build: (...inputs: readonly t.Tensor[]) =>
    t.concat(
      applyAll(op, [...inputs, ...more], attributes, count).map((y) => t.reshape(t.cast(y, "float32"), [-1])),
      0,
    ),
});

const reductions = ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceLogSumExp"];
const none = int64([], 0);

const resize = (attributes: Attributes, by: { scales: number[] } | { sizes: number[] }): GradientCase => ({
  op: "Resize",
  ...float32,
  shapes: [[1, 2, 5, 4]],
  build: one((x) =>
    "scales" in by
      ? apply("Resize", [x, undefined, t.constant(by.scales)], attributes)
      : apply("Resize", [x, undefined, undefined, int64(by.sizes, by.sizes.length)], attributes),
  ),
});

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

export const settingCases: readonly GradientCase[] = [
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
  {
    op: "Gelu",
    ...float32,
    shapes: [[3, 4]],
    range: [-3, 3],
    build: one((x) => apply("Gelu", [x], { approximate: "tanh" })),
  },
  { op: "PRelu", ...float32, shapes: [[2, 3], [3]], build: (x, slope) => apply("PRelu", [x, slope]) },
  {
    op: "PRelu",
    ...float32,
    shapes: [
      [2, 3, 4],
      [3, 1],
    ],
    build: (x, slope) => apply("PRelu", [x, slope]),
  },
  ...[
    [[2, 3], [], []],
    [[5], [], []],
  ].map((shapes): GradientCase => ({ op: "Clip", shapes, build: (...inputs) => apply("Clip", inputs) })),
  { op: "Clip", shapes: [[2, 3], []], build: (x, high) => apply("Clip", [x, undefined, high]) },
  { op: "Pad", shapes: [[2, 3], []], build: (x, value) => apply("Pad", [x, int64([1, 0, 0, 2], 4), value]) },
  {
    op: "Pad",
    shapes: [[2, 3], []],
    build: (x, value) => apply("Pad", [x, int64([2, -1], 2), value, int64([-1], 1)]),
  },
  allOf("LayerNormalization", [[2, 4], [4], [4]], {}, 3),
  allOf("LayerNormalization", [[2, 3, 2], [3, 2], []], { axis: -2, epsilon: 0.1 }, 3),
  { ...allOf("LayerNormalization", [[3, 4], [4]], { axis: 1 }, 2), range: [0, 2] },
  ...[0, 0.7].map((momentum) => ({
    ...allOf("BatchNormalization", [[3, 2, 2], [2], [2], [2], [2]], { training_mode: 1, momentum }, 3),
    range: [0.3, 2] as const,
  })),
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
  ...scatters,
  resize({ keep_aspect_ratio_policy: "not_larger", axes: [2, 3] }, { sizes: [9, 3] }),
  resize({ keep_aspect_ratio_policy: "not_smaller", axes: [3, 2], mode: "linear" }, { sizes: [6, 5] }),
  resize({ keep_aspect_ratio_policy: "not_larger", axes: [2, 3], mode: "cubic" }, { sizes: [7, 7] }),
  resize({ mode: "linear" }, { scales: [1, 1, 1.1, 0.6] }),
  resize({ mode: "cubic", cubic_coeff_a: -0.5, exclude_outside: 1 }, { sizes: [1, 2, 7, 3] }),
  resize({ mode: "linear", coordinate_transformation_mode: "half_pixel_symmetric" }, { scales: [1, 1, 1.5, 2.6] }),
  resize(
    { mode: "nearest", nearest_mode: "ceil", coordinate_transformation_mode: "tf_half_pixel_for_nn" },
    { sizes: [1, 2, 2, 8] },
  ),
];
