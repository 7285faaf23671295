// Gradient conformance of functions of single elements.
import { apply } from "../../src/graph/apply.ts";
import * as t from "../../src/index.ts";
import type { GradientCase } from "../finite-differences.ts";
import type { Shapes } from "./forms.ts";
import { each, float32, one, positive, two } from "./forms.ts";

const s = [2, 3] as const;
const small = [-0.9, 0.9] as const;
const mask = t.constant({ data: Uint8Array.of(1, 0, 1), shape: [3], dtype: "bool" });
const three: readonly Shapes[] = [[[1]], [[2, 3, 2]], [[2, 1, 3, 2]]];
const broadcast: readonly Shapes[] = [
  [[], [3]],
  [
    [2, 1, 3],
    [1, 4, 1],
  ],
  [
    [1, 2, 1, 2],
    [3, 1, 2, 1],
  ],
];

/** A function of one number, on a range where it has a slope. */
const onRange = (op: string, range: readonly [number, number] = [-0.9, 0.9]): GradientCase => ({
  op,
  shapes: [s],
  build: one((x) => apply(op, [x])),
  ...float32,
  range,
});

const unary = (op: string, range?: readonly [number, number], dtype?: "float32"): readonly GradientCase[] =>
  each(op, [[[]], [[5]], [[1, 3, 1, 2]]], (x) => apply(op, [x]), { ...(range && { range }), ...(dtype && { dtype }) });

export const elementwiseCases: readonly GradientCase[] = [
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
  ...["Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Asinh", "Atanh"].map((op) => onRange(op)),
  onRange("Acosh", [1.2, 2]),
  { op: "LeakyRelu", shapes: [s], build: one((x) => t.leakyRelu(x, 0.2)), dtype: "float32" },
  { op: "Elu", shapes: [s], build: one((x) => t.elu(x, 1.5)), dtype: "float32" },
  { op: "HardSigmoid", shapes: [s], build: one((x) => apply("HardSigmoid", [x], { alpha: 0.4 })), dtype: "float32" },
  { op: "HardSwish", shapes: [[4, 4]], build: one(t.hardSwish), dtype: "float32", range: [-5, 5] },
  { op: "Mish", shapes: [s], build: one(t.mish), dtype: "float32" },
  { op: "Sigmoid", shapes: [s], build: one(t.silu) },
  { op: "Mod", shapes: [s, [3]], build: two((x, y) => apply("Mod", [x, y], { fmod: 1 })), range: [0.3, 2] },
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
  ...each("Add", [[[], []]], two(t.add)),
  ...each("Sub", broadcast, two(t.sub)),
  ...each("Div", broadcast, two(t.div), { range: positive }),
  ...each("Pow", broadcast, two(t.pow), { range: positive }),
  ...each("Min", broadcast, two(t.min)),
  ...each("Max", broadcast, two(t.max)),
  ...each("Mod", broadcast, (x, y) => apply("Mod", [x, y], { fmod: 1 }), { range: positive }),
  ...each(
    "Clip",
    three,
    one((x) => t.clip(x, -0.7, 1)),
  ),
  ...["Neg", "Abs", "Exp", "Sin", "Sigmoid", "Tanh", "Relu", "Identity"].flatMap((op) => unary(op)),
  ...["Sqrt", "Log", "Reciprocal"].flatMap((op) => unary(op, positive)),
  ...["Cos", "Erf", "Softplus", "Gelu", "Mish"].flatMap((op) => unary(op, [-2, 2], "float32")),
  ...["Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Asinh", "Atanh"].flatMap((op) => unary(op, small, "float32")),
  ...["LeakyRelu", "Elu", "HardSigmoid", "HardSwish"].flatMap((op) => unary(op, [-2, 2], "float32")),
  ...unary("Acosh", [1.2, 2], "float32"),
  ...each(
    "Where",
    broadcast,
    two((a, b) =>
      t.where(t.greater(t.constant([1, -1, 1, 1, -1, 1].slice(0, Number(b.shape.at(-1))), "float64"), 0), a, b),
    ),
  ),
  ...each(
    "Cast",
    three,
    one((x) => t.cast(t.mul(t.cast(x, "float64"), 2), "float32")),
    float32,
  ),
];
