// Gradient conformance of pools.
import { apply } from "../../src/graph/apply.ts";
import type { Attributes } from "../../src/graph/node.ts";
import * as t from "../../src/index.ts";
import type { GradientCase } from "../finite-differences.ts";
import type { Shapes } from "./forms.ts";
import { each, float32, one } from "./forms.ts";

const all = (...shapes: readonly (readonly number[])[]) => ({ shapes });
const onFloat32 = (op: string, lists: readonly Shapes[], build: GradientCase["build"]) =>
  each(op, lists, build, float32);
/** An operator whose padding in front differs from that behind, as TensorFlow pads. */
const uneven = (op: string, attributes: Attributes, ...shapes: readonly (readonly number[])[]): GradientCase => ({
  op,
  ...float32,
  shapes,
  build: (...inputs) => apply(op, inputs, attributes),
});

const maximum = (shape: readonly number[], size: t.PerAxis, options: t.PoolOptions = {}): GradientCase => ({
  op: "MaxPool",
  shapes: [shape],
  build: one((x) => t.maxPool(x, size, options)),
});

const average = (shape: readonly number[], size: t.PerAxis, options: t.AveragePoolOptions = {}): GradientCase => ({
  op: "AveragePool",
  ...float32,
  shapes: [shape],
  build: one((x) => t.averagePool(x, size, options)),
});

export const poolingCases: readonly GradientCase[] = [
  uneven("MaxPool", { kernel_shape: [3, 3], strides: [2, 2], pads: [0, 0, 1, 1] }, [1, 2, 6, 6]),
  uneven("AveragePool", { kernel_shape: [3, 2], strides: [2, 1], pads: [0, 0, 1, 1] }, [1, 2, 6, 4]),
  maximum([2, 2, 7], 3, { stride: 2 }),
  maximum([2, 2, 4, 6], 2),
  maximum([2, 2, 5, 5], 2),
  maximum([2, 2, 5, 5], 3, { stride: 2, padding: 1 }),
  maximum([1, 2, 5, 6], [2, 3], { stride: 2, ceil: true }),
  maximum([1, 2, 6, 6], 2, { stride: 1, dilation: 2 }),
  { ...maximum([2, 2, 4, 6], 2), ...float32 },
  { ...maximum([2, 2, 4, 5], [4, 1]), ...float32 },
  average([2, 2, 6], 2),
  average([2, 2, 4, 6], 2),
  average([2, 2, 5, 5], 3, { stride: 2, padding: 1 }),
  average([2, 2, 5, 5], 3, { stride: 2, padding: 1, countPadding: true }),
  average([1, 2, 6, 6], 3, { stride: 2, ceil: true }),
  { op: "GlobalAveragePool", ...float32, ...all([2, 3, 4, 2]), build: one(t.globalAveragePool) },
  { op: "GlobalMaxPool", ...float32, ...all([2, 3, 4, 2]), build: one(t.globalMaxPool) },
  ...onFloat32("GlobalAveragePool", [[[2, 3, 5]], [[1, 1, 3, 4]]], one(t.globalAveragePool)),
  ...onFloat32("GlobalMaxPool", [[[2, 3, 5]], [[1, 1, 3, 4]]], one(t.globalMaxPool)),
];
