// Eight-bit integers in a graph: stored weights, and products of integers.
import { apply, applyAll } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";

/** (x − zeroPoint) · scale as float32; a one-dimensional `scale` has one entry for each index along `axis`. */
export function dequantizeLinear(x: Tensor, scale: Tensor, options: { readonly axis?: number } = {}): Tensor {
  return apply("DequantizeLinear", [x, scale], { axis: options.axis ?? 1 });
}

/** x as uint8 over its own range at run time: x ≈ (quantized − zeroPoint) · scale, the last two scalars. */
export function dynamicQuantizeLinear(x: Tensor): { quantized: Tensor; scale: Tensor; zeroPoint: Tensor } {
  const [quantized, scale, zeroPoint] = applyAll("DynamicQuantizeLinear", [x], {}, 3) as [Tensor, Tensor, Tensor];
  return { quantized, scale, zeroPoint };
}

/** The int32 matrix product of 8-bit tensors, zero points taken off first. */
export function matMulInteger(a: Tensor, b: Tensor, aZeroPoint?: Tensor, bZeroPoint?: Tensor): Tensor {
  return apply("MatMulInteger", [a, b, aZeroPoint, bZeroPoint]);
}
