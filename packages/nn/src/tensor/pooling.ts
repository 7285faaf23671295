// Pooling over windows and over whole images.
import { apply } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import type { PerAxis, WindowOptions } from "./windows.ts";
import { perAxis, windowAttributesOf } from "./windows.ts";

export interface PoolOptions extends WindowOptions {
  /** Also take windows that begin inside the input and end outside it (default false). */
  readonly ceil?: boolean;
}

export interface AveragePoolOptions extends PoolOptions {
  /** Whether padding counts as zeros in the mean (default false; PyTorch's count_include_pad is true). */
  readonly countPadding?: boolean;
}

function attributesOf(
  x: Tensor,
  size: PerAxis,
  options: PoolOptions,
): Readonly<Record<string, number | readonly number[]>> {
  const kernel = perAxis(size, x.shape.length - 2, "size", 1);
  const window = windowAttributesOf(kernel, options, kernel) as Readonly<Record<string, readonly number[]>>;
  return { ...window, kernel_shape: kernel, ceil_mode: options.ceil ? 1 : 0 };
}

/** The largest element of every window. Among equals, the first takes the gradient. */
export function maxPool(x: Tensor, size: PerAxis, options: PoolOptions = {}): Tensor {
  return apply("MaxPool", [x], attributesOf(x, size, options));
}

/** The mean of every window. */
export function averagePool(x: Tensor, size: PerAxis, options: AveragePoolOptions = {}): Tensor {
  return apply("AveragePool", [x], {
    ...attributesOf(x, size, options),
    count_include_pad: options.countPadding ? 1 : 0,
  });
}

/** [batch, channels, …] → [batch, channels, 1, …]: means over all positions. */
export function globalAveragePool(x: Tensor): Tensor {
  return apply("GlobalAveragePool", [x]);
}

/** [batch, channels, …] → [batch, channels, 1, …]: maxima over all positions. */
export function globalMaxPool(x: Tensor): Tensor {
  return apply("GlobalMaxPool", [x]);
}
