// Gradient conformance of resizing, and moves between space and channels.
import { apply } from "../../src/graph/apply.ts";
import type { Attributes } from "../../src/graph/node.ts";
import * as t from "../../src/index.ts";
import type { GradientCase } from "../finite-differences.ts";
import type { Shapes } from "./forms.ts";
import { each, float32, int64, one } from "./forms.ts";

const all = (...shapes: readonly (readonly number[])[]) => ({ shapes });
const onFloat32 = (op: string, lists: readonly Shapes[], build: GradientCase["build"]) =>
  each(op, lists, build, float32);
const resized = (shape: readonly number[], options: t.ResizeOptions): GradientCase => ({
  op: "Resize",
  ...float32,
  shapes: [shape],
  build: one((x) => t.resize(x, options)),
});

const resizedBy = (attributes: Attributes, by: { scales: number[] } | { sizes: number[] }): GradientCase => ({
  op: "Resize",
  ...float32,
  shapes: [[1, 2, 5, 4]],
  build: one((x) =>
    "scales" in by
      ? apply("Resize", [x, undefined, t.constant(by.scales)], attributes)
      : apply("Resize", [x, undefined, undefined, int64(by.sizes, by.sizes.length)], attributes),
  ),
});

export const imageCases: readonly GradientCase[] = [
  resized([2, 2, 3, 2], { scales: [2, 2] }),
  resized([1, 2, 4, 5], { sizes: [3, 7] }),
  resized([1, 2, 3, 4], { sizes: [6, 5], mode: "linear" }),
  resized([1, 2, 4], { sizes: [7], mode: "linear", alignCorners: true }),
  { op: "DepthToSpace", ...float32, ...all([2, 8, 2, 3]), build: one((x) => t.depthToSpace(x, 2)) },
  {
    op: "DepthToSpace",
    ...float32,
    ...all([1, 4, 2, 2]),
    build: one((x) => apply("DepthToSpace", [x], { blocksize: 2 })),
  },
  { op: "SpaceToDepth", ...float32, ...all([2, 2, 4, 2]), build: one((x) => t.spaceToDepth(x, 2)) },
  resizedBy({ keep_aspect_ratio_policy: "not_larger", axes: [2, 3] }, { sizes: [9, 3] }),
  resizedBy({ keep_aspect_ratio_policy: "not_smaller", axes: [3, 2], mode: "linear" }, { sizes: [6, 5] }),
  resizedBy({ keep_aspect_ratio_policy: "not_larger", axes: [2, 3], mode: "cubic" }, { sizes: [7, 7] }),
  resizedBy({ mode: "linear" }, { scales: [1, 1, 1.1, 0.6] }),
  resizedBy({ mode: "cubic", cubic_coeff_a: -0.5, exclude_outside: 1 }, { sizes: [1, 2, 7, 3] }),
  resizedBy({ mode: "linear", coordinate_transformation_mode: "half_pixel_symmetric" }, { scales: [1, 1, 1.5, 2.6] }),
  resizedBy(
    { mode: "nearest", nearest_mode: "ceil", coordinate_transformation_mode: "tf_half_pixel_for_nn" },
    { sizes: [1, 2, 2, 8] },
  ),
  ...onFloat32(
    "SpaceToDepth",
    [[[1, 1, 2, 2]], [[1, 3, 2, 4]]],
    one((x) => t.spaceToDepth(x, 2)),
  ),
  ...onFloat32(
    "DepthToSpace",
    [[[1, 4, 1, 1]]],
    one((x) => t.depthToSpace(x, 2)),
  ),
];
