// Gradient conformance of normalisations and softmax.
import * as t from "../../src/index.ts";
import type { GradientCase } from "../finite-differences.ts";
import type { Shapes } from "./forms.ts";
import { allOf, each, float32, one, two } from "./forms.ts";

const s = [2, 3] as const;
const onFloat32 = (op: string, lists: readonly Shapes[], build: GradientCase["build"]) =>
  each(op, lists, build, float32);
const batch = (shape: readonly number[]): GradientCase => ({
  op: "BatchNormalization",
  ...float32,
  shapes: [shape, [shape[1] ?? 1], [shape[1] ?? 1]],
  build: (x, w, b) => t.batchNormalizationTraining(x!, w!, b!).y,
});

export const normalizationCases: readonly GradientCase[] = [
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
  batch([2, 3, 4, 2]),
  batch([5, 2]),
  {
    op: "BatchNormalization",
    shapes: [[2, 3, 2, 2], [3], [3], [3], [3]],
    range: [0.3, 2],
    build: (x, w, b, m, v) => t.batchNormalization(x!, w!, b!, m!, v!),
  },
  {
    op: "InstanceNormalization",
    ...float32,
    shapes: [[2, 3, 4, 2], [3], [3]],
    build: (x, w, b) => t.instanceNormalization(x!, w!, b!),
  },
  {
    op: "GroupNormalization",
    ...float32,
    shapes: [[2, 4, 3, 2], [4], [4]],
    build: (x, w, b) => t.groupNormalization(x!, 2, w!, b!),
  },
  allOf("LayerNormalization", [[2, 4], [4], [4]], {}, 3),
  allOf("LayerNormalization", [[2, 3, 2], [3, 2], []], { axis: -2, epsilon: 0.1 }, 3),
  { ...allOf("LayerNormalization", [[3, 4], [4]], { axis: 1 }, 2), range: [0, 2] },
  ...[0, 0.7].map((momentum) => ({
    ...allOf("BatchNormalization", [[3, 2, 2], [2], [2], [2], [2]], { training_mode: 1, momentum }, 3),
    range: [0.3, 2] as const,
  })),
  ...each(
    "Softmax",
    [[[4]], [[2, 1, 3, 2]]],
    one((x) => t.softmax(x, 0)),
  ),
  ...each(
    "LogSoftmax",
    [[[4]], [[2, 3, 2]], [[2, 1, 3, 2]]],
    one((x) => t.logSoftmax(x, -1)),
  ),
  ...each(
    "LayerNormalization",
    [
      [[4], [4], [4]],
      [[2, 1, 3], [3], [3]],
    ],
    (x, w, b) => t.layerNormalization(x!, w!, b!),
  ),
  ...onFloat32(
    "InstanceNormalization",
    [
      [[2, 2, 5], [2], [2]],
      [[1, 1, 3, 2], [1], [1]],
    ],
    (x, w, b) => t.instanceNormalization(x!, w!, b!),
  ),
  ...onFloat32(
    "GroupNormalization",
    [
      [[2, 4, 5], [4], [4]],
      [[1, 2, 3, 2], [2], [2]],
    ],
    (x, w, b) => t.groupNormalization(x!, 2, w!, b!),
  ),
];
