// Resizing, and moves between space and channels.
import { numbersToData } from "../dtype.ts";
import { NnError } from "../errors.ts";
import { apply } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import { constantNode } from "../graph/node.ts";
import * as ops from "../graph/operators.ts";

export interface ResizeOptions {
  /** Output sizes of the spatial axes of [batch, channels, …sizes], or… */
  readonly sizes?: readonly number[];
  /** …factors. */
  readonly scales?: readonly number[];
  /** Default "nearest". */
  readonly mode?: "nearest" | "linear";
  /** Linear only: the corners' centres stay in place (default false: the corners' corners do). */
  readonly alignCorners?: boolean;
}

/** Resizes the spatial axes as PyTorch's interpolate does. Throws `attribute-invalid`. */
export function resize(x: Tensor, options: ResizeOptions): Tensor {
  const { sizes, scales, mode = "nearest", alignCorners = false } = options;
  const axes = x.shape.map((_, i) => i).slice(2);
  const wanted = sizes ?? scales;
  if (wanted === undefined || (sizes !== undefined && scales !== undefined) || wanted.length !== axes.length) {
    throw new NnError(
      "attribute-invalid",
      `resize: give either sizes or scales, one for each of ${axes.length} spatial axes.`,
      "For images: resize(x, { sizes: [height, width] }).",
    );
  }
  const linear = alignCorners ? "align_corners" : "half_pixel";
  const inputs =
    sizes === undefined
      ? [x, undefined, constantNode(numbersToData(wanted, [wanted.length], "float32"))]
      : [x, undefined, undefined, ops.int64s(sizes)];
  return apply("Resize", inputs, {
    axes,
    mode,
    coordinate_transformation_mode: mode === "nearest" ? "asymmetric" : linear,
    ...(mode === "nearest" && { nearest_mode: "floor" }),
  });
}

/** [batch, size² channels, h, w] → [batch, channels, size h, size w], as PyTorch's pixel_shuffle. */
export function depthToSpace(x: Tensor, size: number): Tensor {
  return apply("DepthToSpace", [x], { blocksize: size, mode: "CRD" });
}

/** [batch, channels, size h, size w] → [batch, size² channels, h, w]; the place in the block is the slower part. */
export function spaceToDepth(x: Tensor, size: number): Tensor {
  return apply("SpaceToDepth", [x], { blocksize: size });
}
