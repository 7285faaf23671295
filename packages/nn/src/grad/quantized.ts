// Gradient rules of the operators between floats and eight-bit integers.
import type { Tensor } from "../graph/node.ts";
import { cast, mul, reduceSum, sub, unsqueeze } from "../graph/operators.ts";
import { normalizeAxis } from "../shape.ts";
import type { Rule } from "./rule.ts";

/** (x - zero point) · scale: the integers have no gradient, the scale has. */
const dequantize: Rule = ({ inputs, output, gradient }) => {
  const [x, scale, zero] = inputs as readonly [Tensor, Tensor, Tensor | undefined];
  const rank = x.shape.length;
  const { axis = 1 } = output.node.attributes;
  // One scale a place along the axis, or one for all.
  const along = scale.shape.length === 0 ? -1 : normalizeAxis(Number(axis), Math.max(rank, 2), "DequantizeLinear");
  const others = Array.from({ length: rank }, (_, i) => i).filter((i) => i !== along);
  const own = cast(x, gradient.dtype);
  const after = along < 0 ? [] : others.filter((i) => i > along).map((_, i) => i + 1);
  const offset = zero && cast(zero, gradient.dtype);
  const placed = offset && after.length > 0 ? unsqueeze(offset, after) : offset;
  return [undefined, reduceSum(mul(gradient, placed === undefined ? own : sub(own, placed)), others, false), undefined];
};

export const quantizedRules: Readonly<Record<string, Rule>> = { DequantizeLinear: dequantize };
