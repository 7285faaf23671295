// Functions that pick elements by index or put them in places, sort out the largest, and stop gradients.
import { apply, applyAll, withGradient } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import { int64s } from "../graph/operators.ts";

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
  const [values, indices] = applyAll("TopK", [x, int64s([count])], { axis, largest: 1, sorted: 1 }, 2);
  return { values: values as Tensor, indices: indices as Tensor };
}

/** The same value, through which no gradient flows. */
export function stopGradient(x: Tensor): Tensor {
  return withGradient(x, [], () => []);
}

/**
 * The value of `output` with the gradient of `input`, of the same shape: rounding, a choice or a quantised value
 * that is to be trained through (Bengio et al. 2013).
 */
export function straightThrough(input: Tensor, output: Tensor): Tensor {
  return withGradient(output, [input], (gradient) => [gradient]);
}
