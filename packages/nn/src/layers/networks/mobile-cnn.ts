// A convolutional network of the size that phones and browsers like: depthwise separable blocks.
import { knownOptions } from "../../known-options.ts";
import { relu } from "../activations.ts";
import { batchNorm } from "../batch-norm.ts";
import { conv2d, depthwiseConv2d } from "../convolution.ts";
import type { Layer } from "../layer.ts";
import { linear } from "../linear.ts";
import { globalAvgPool } from "../pooling.ts";
import { sequential } from "../sequential.ts";

/** A depthwise and a pointwise convolution, each normalised (MobileNet, Howard et al. 2017). */
function block(out: number, stride: number): Layer {
  return sequential(
    depthwiseConv2d(3, { stride, padding: 1, bias: false }),
    batchNorm(),
    relu(),
    conv2d(out, 1, { bias: false }),
    batchNorm(),
    relu(),
  );
}

export interface MobileCnnOptions {
  /** Multiplies all widths (default 1: 37,162 parameters with 10 classes). */
  readonly width?: number;
}

/** MobileNet's blocks for images from 32×32 on: [batch, channels, height, width] → logits [batch, classes]. */
export function mobileCnn(classes = 10, options: MobileCnnOptions = {}): Layer {
  knownOptions<MobileCnnOptions>("mobileCnn", options, { width: true });
  const wide = (channels: number): number => Math.max(8, Math.round((channels * (options.width ?? 1)) / 8) * 8);
  return sequential(
    conv2d(wide(16), 3, { padding: 1, bias: false }),
    batchNorm(),
    relu(),
    block(wide(32), 1),
    block(wide(64), 2),
    block(wide(64), 1),
    block(wide(128), 2),
    block(wide(128), 1),
    globalAvgPool(),
    linear(classes),
  );
}
