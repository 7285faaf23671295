// Functions that pick elements by index or put them in places, and sort out the largest.

import type { DType } from "../dtype.ts";
import { numbersToData } from "../dtype.ts";
import { apply, applyAll } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import { constantNode } from "../graph/node.ts";
import * as ops from "../graph/operators.ts";

/** Picks entries of `x` along `axis` by an integer tensor (ONNX Gather; negative indices count from the end). */
export function gather(x: Tensor, indices: Tensor | readonly number[], axis = 0): Tensor {
  return apply("Gather", [x, "node" in indices ? indices : ops.int64s(indices)], { axis });
}

/** `x` with one index an element along `axis`: result[i][j] = x[indices[i][j]][j] for axis 0. Shape of `indices`. */
export function gatherElements(x: Tensor, indices: Tensor, axis = 0): Tensor {
  return apply("GatherElements", [x, indices], { axis });
}

/** The slices of `x` at the int64 positions in the last axis of `indices`: [..., k] → [..., rest of x's axes]. */
export function gatherND(x: Tensor, indices: Tensor): Tensor {
  return apply("GatherND", [x, indices]);
}

export interface ScatterOptions {
  /**
   * How updates meet what stands there and each other: "add", "mul", "max" or "min", whose gradient equal ones share
   * evenly; by default values are replaced, each place at most once.
   */
  readonly reduction?: "none" | "add" | "mul" | "max" | "min";
}

/** `x` with `updates` put at `indices` along `axis`; the inverse of gatherElements. */
export function scatterElements(
  x: Tensor,
  indices: Tensor,
  updates: Tensor,
  axis = 0,
  { reduction = "none" }: ScatterOptions = {},
): Tensor {
  return apply("ScatterElements", [x, indices, updates], { axis, reduction });
}

/** `x` with the slices `updates` put at the int64 positions in the last axis of `indices`; the inverse of gatherND. */
export function scatterND(
  x: Tensor,
  indices: Tensor,
  updates: Tensor,
  { reduction = "none" }: ScatterOptions = {},
): Tensor {
  return apply("ScatterND", [x, indices, updates], { reduction });
}

/** The `count` largest elements along `axis` in falling order, and their int64 positions. Gradients reach the values. */
export function topK(x: Tensor, count: number, axis = -1): { values: Tensor; indices: Tensor } {
  const [values, indices] = applyAll("TopK", [x, ops.int64s([count])], { axis, largest: 1, sorted: 1 }, 2);
  return { values: values as Tensor, indices: indices as Tensor };
}

/** One-hot rows of `depth` on a new last axis: 1 at the index, 0 elsewhere; an index out of range gives zeros. */
export function oneHot(indices: Tensor, depth: number, dtype: DType = "float32"): Tensor {
  const values = constantNode(numbersToData([0, 1], [2], dtype));
  return apply("OneHot", [indices, ops.scalar(depth, "int64"), values], { axis: -1 });
}
