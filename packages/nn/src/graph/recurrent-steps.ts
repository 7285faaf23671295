// One step of RNN, GRU and LSTM with the weights as ONNX stacks them, in operators that have gradients.
import { apply, applyAll } from "./apply.ts";
import type { Tensor } from "./node.ts";
import { add, int64s, mul, sub } from "./operators.ts";

/** The weights of one direction. */
export interface StepWeights {
  /** [gates × hidden, hidden]. */
  readonly hiddenWeight: Tensor;
  /** [gates × hidden], for the product with the state. */
  readonly hiddenBias: Tensor | undefined;
  readonly hidden: number;
  readonly activations: readonly ((x: Tensor) => Tensor)[];
  /** GRU: the reset gate multiplies the product with the state, not the state. */
  readonly linearBeforeReset: boolean;
}

/** `projected` [batch, gates × hidden] is the product with the input, its bias added. */
type Step = (states: readonly Tensor[], projected: Tensor) => readonly Tensor[];

/** [batch, in] times [out, in] turned, plus a bias or a matrix. */
export function product(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  return apply("Gemm", [x, weight, bias], { transB: 1 });
}

export function cut(tensor: Tensor, sizes: readonly number[], axis: number): readonly Tensor[] {
  return sizes.length === 1 ? [tensor] : applyAll("Split", [tensor, int64s(sizes)], { axis }, sizes.length);
}

/** Steps by operator; the first of the states is the output. */
export const recurrentSteps: Readonly<Record<string, (weights: StepWeights) => Step>> = {
  RNN({ hiddenWeight, hiddenBias, activations: [f] }) {
    const bend = f as (x: Tensor) => Tensor;
    return ([h], projected) => [bend(withBias(product(h as Tensor, hiddenWeight, projected), hiddenBias))];
  },
  // Gates: input, output, forget, candidate.
  LSTM({ hiddenWeight, hiddenBias, hidden, activations }) {
    const [f, g, bend] = activations as [(x: Tensor) => Tensor, (x: Tensor) => Tensor, (x: Tensor) => Tensor];
    return ([h, c], projected) => {
      const all = withBias(product(h as Tensor, hiddenWeight, projected), hiddenBias);
      const [open, candidate] = cut(all, [3 * hidden, hidden], 1) as [Tensor, Tensor];
      const [i, o, forget] = cut(f(open), [hidden, hidden, hidden], 1) as [Tensor, Tensor, Tensor];
      const next = add(mul(forget, c as Tensor), mul(i, g(candidate)));
      return [mul(o, bend(next)), next];
    };
  },
  // Gates: update, reset, candidate.
  GRU({ hiddenWeight, hiddenBias, hidden, activations, linearBeforeReset }) {
    const [f, g] = activations as [(x: Tensor) => Tensor, (x: Tensor) => Tensor];
    const sizes = [2 * hidden, hidden];
    const [openWeight, candidateWeight] = cut(hiddenWeight, sizes, 0) as [Tensor, Tensor];
    const [openBias, candidateBias] = hiddenBias === undefined ? [] : cut(hiddenBias, sizes, 0);
    return ([state], projected) => {
      const h = state as Tensor;
      const [open, candidate] = cut(projected, sizes, 1) as [Tensor, Tensor];
      const gates = f(withBias(product(h, openWeight, open), openBias));
      const [z, r] = cut(gates, [hidden, hidden], 1) as [Tensor, Tensor];
      const own = linearBeforeReset
        ? add(candidate, mul(r, product(h, candidateWeight, candidateBias)))
        : withBias(product(mul(r, h), candidateWeight, candidate), candidateBias);
      const n = g(own);
      return [add(n, mul(z, sub(h, n)))];
    };
  },
};

function withBias(x: Tensor, bias: Tensor | undefined): Tensor {
  return bias === undefined ? x : add(x, bias);
}
