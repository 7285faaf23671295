// Padding, resizing, and moves between space and channels.
import { numbersToData } from "../dtype.ts";
import { NnError } from "../errors.ts";
import { apply } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import { constantNode } from "../graph/node.ts";
import * as ops from "../graph/operators.ts";
import { normalizeAxis } from "../shape.ts";

export interface PadOptions {
  /** What stands outside: a constant (default), the mirrored inside without its edge, or the edge. */
  readonly mode?: "constant" | "reflect" | "edge";
  /** The constant (default 0). */
  readonly value?: number;
}

/** Adds [before, after] elements along each listed axis; negative amounts of a constant padding cut. */
export function pad(
  x: Tensor,
  amounts: Readonly<Record<number, readonly [before: number, after: number]>>,
  options: PadOptions = {},
): Tensor {
  const before = x.shape.map(() => 0);
  const after = x.shape.map(() => 0);
  for (const [axis, [front, behind]] of Object.entries(amounts)) {
    const at = normalizeAxis(Number(axis), x.shape.length, "Pad");
    before[at] = front;
    after[at] = behind;
  }
  const { mode = "constant", value = 0 } = options;
  const constant = mode === "constant" ? ops.like(value, x) : undefined;
  return apply("Pad", [x, ops.int64s([...before, ...after]), constant], { mode });
}

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
