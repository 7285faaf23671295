// Pooling layers, and flattening.

import { NnError } from "../errors.ts";
import type { Tensor } from "../graph/node.ts";
import { knownOptions } from "../known-options.ts";
import { formatShape, isStatic, sizeOf } from "../shape.ts";
import type { AveragePoolOptions, PoolOptions } from "../tensor/pooling.ts";
import { averagePool, globalAveragePool, maxPool } from "../tensor/pooling.ts";
import { reshape } from "../tensor/shaping.ts";
import type { PerAxis } from "../tensor/windows.ts";
import { lambda } from "./activations.ts";
import type { Layer } from "./layer.ts";

/** The largest element of every window of `size` elements, by default without overlap. */
export function maxPool1d(size: number, options: PoolOptions = {}): Layer {
  knownOptions<PoolOptions>("maxPool1d", options, { stride: true, dilation: true, padding: true, ceil: true });
  return lambda(`maxPool1d(${size})`, (x) => maxPool(x, size, options));
}

/** The largest element of every window of `size` by `size` (or [height, width]), by default without overlap. */
export function maxPool2d(size: PerAxis, options: PoolOptions = {}): Layer {
  knownOptions<PoolOptions>("maxPool2d", options, { stride: true, dilation: true, padding: true, ceil: true });
  return lambda(`maxPool2d(${size})`, (x) => maxPool(x, size, options));
}

/** The mean of every window of `size` elements, by default without overlap. */
export function avgPool1d(size: number, options: AveragePoolOptions = {}): Layer {
  knownOptions<AveragePoolOptions>("avgPool1d", options, {
    stride: true,
    dilation: true,
    padding: true,
    ceil: true,
    countPadding: true,
  });
  return lambda(`avgPool1d(${size})`, (x) => averagePool(x, size, options));
}

/** The mean of every window of `size` by `size` (or [height, width]), by default without overlap. */
export function avgPool2d(size: PerAxis, options: AveragePoolOptions = {}): Layer {
  knownOptions<AveragePoolOptions>("avgPool2d", options, {
    stride: true,
    dilation: true,
    padding: true,
    ceil: true,
    countPadding: true,
  });
  return lambda(`avgPool2d(${size})`, (x) => averagePool(x, size, options));
}

/** [batch, channels, …] → [batch, channels]: means over all positions. */
export function globalAvgPool(): Layer {
  return lambda("globalAvgPool", (x) => channelsOnly(globalAveragePool(x)));
}

function channelsOnly(x: Tensor): Tensor {
  const channels = x.shape[1];
  return reshape(x, [-1, typeof channels === "number" ? channels : 0]);
}

/** [batch, …] → [batch, elements of one example]: of a tensor, or without one as a layer. */
export function flatten(): Layer;
export function flatten(x: Tensor): Tensor;
export function flatten(x?: Tensor): Layer | Tensor {
  return x === undefined ? lambda("flatten", flat) : flat(x);
}

function flat(x: Tensor): Tensor {
  const sizes = x.shape.slice(1);
  if (isStatic(sizes)) return reshape(x, [-1, sizeOf(sizes)]);
  throw new NnError(
    "shape-mismatch",
    `flatten: the sizes of one example are not known in ${formatShape(x.shape)}.`,
    "Give all sizes after the batch as numbers.",
  );
}
