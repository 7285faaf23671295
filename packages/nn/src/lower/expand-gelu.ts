// Gelu written out, so that its gradient can use what its value was computed from.
import { apply, withGradient } from "../graph/apply.ts";
import type { Tensor } from "../graph/node.ts";
import { add, exp, like, mul } from "../graph/operators.ts";
import { rewriteTensors } from "../graph/rewrite.ts";

/** The same values; the error function of each Gelu is then computed once for value and gradient. */
export function expandGelu(tensors: readonly Tensor[]): readonly Tensor[] {
  return rewriteTensors(tensors, (node, [x]) => {
    if (node.op !== "Gelu" || node.attributes.approximate === "tanh" || x?.dtype !== "float32") return undefined;
    return [written(x)];
  });
}

function written(x: Tensor): Tensor {
  const error = apply("Erf", [mul(x, like(Math.SQRT1_2, x))]);
  // (1 + erf)/2 in one pass: HardSigmoid is a clipped line, and the value lies in [0, 1].
  const cumulative = apply("HardSigmoid", [error], { alpha: 0.5, beta: 0.5 });
  // Φ(x) + x φ(x), φ the normal density.
  return withGradient(mul(x, cumulative), [x, cumulative], (gradient, [own, phi]) => {
    const value = own as Tensor;
    const bell = exp(mul(value, mul(value, like(-0.5, value))));
    const density = mul(mul(value, like(1 / Math.sqrt(2 * Math.PI), value)), bell);
    return [mul(gradient, add(phi as Tensor, density))];
  });
}
