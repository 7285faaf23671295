// Convolutions over one, two or more spatial axes.
import { apply } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import type { PerAxis, WindowOptions } from "./windows.ts";
import { perAxis, windowAttributesOf } from "./windows.ts";

export interface ConvolutionOptions extends WindowOptions {
  /** Channels are convolved in this many separate groups (default 1). */
  readonly groups?: number;
}

/** x [batch, in, …] by weight [out, in / groups, …kernel] and bias [out] → [batch, out, …]. */
export function convolution(x: Tensor, weight: Tensor, bias?: Tensor, options: ConvolutionOptions = {}): Tensor {
  const kernel = weight.shape.slice(2).map(Number);
  const attributes = { ...windowAttributesOf(kernel, options), group: options.groups ?? 1, kernel_shape: kernel };
  return apply("Conv", [x, weight, bias], attributes);
}

export interface TransposedConvolutionOptions extends ConvolutionOptions {
  /** Elements added to the result behind each axis (default 0): picks one of the sizes that a stride maps to one. */
  readonly outputPadding?: PerAxis;
}

/** The transpose of a convolution: x [batch, in, …] by weight [in, out / groups, …kernel] → [batch, out, …]. */
export function transposedConvolution(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: TransposedConvolutionOptions = {},
): Tensor {
  const kernel = weight.shape.slice(2).map(Number);
  return apply("ConvTranspose", [x, weight, bias], {
    ...windowAttributesOf(kernel, options),
    group: options.groups ?? 1,
    kernel_shape: kernel,
    output_padding: perAxis(options.outputPadding ?? 0, kernel.length, "outputPadding"),
  });
}
