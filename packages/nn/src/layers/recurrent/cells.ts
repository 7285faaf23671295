// The cells of recurrent layers: one step from the states before it to those after it.
import type { Tensor } from "../../graph/node.ts";
import { add, mul, sigmoid, sub, tanh } from "../../tensor/elementwise.ts";
import { gemm } from "../../tensor/matrices.ts";
import { split } from "../../tensor/shaping.ts";

export type CellName = "rnn" | "lstm" | "gru";

/** Weights of one direction of a recurrent layer. */
export interface CellWeights {
  /** [hidden, gates × hidden]. */
  readonly hiddenWeight: Tensor;
  /** [gates × hidden], gru only: added to the product with the hidden state before the reset gate multiplies it. */
  readonly hiddenBias: Tensor | undefined;
}

export interface Cell {
  /** ONNX's operator for whole sequences. */
  readonly operator: "RNN" | "LSTM" | "GRU";
  /** Where in the operator's stack of gates each of the gates here stands; the same list leads back. */
  readonly operatorOrder: readonly number[];
  /** Blocks of `hidden` columns in the weights, in the order in which `step` reads them. */
  readonly gates: number;
  /** Number of states; the first is the output. */
  readonly states: number;
  /** `projected` [batch, gates × hidden] is the input's part, bias included. */
  readonly step: (states: readonly Tensor[], projected: Tensor, weights: CellWeights, hidden: number) => Tensor[];
}

export const cells: Readonly<Record<CellName, Cell>> = {
  // Elman (1990): h ← tanh(x + h W).
  rnn: {
    operator: "RNN",
    operatorOrder: [0],
    gates: 1,
    states: 1,
    step: ([h], projected, { hiddenWeight }) => [tanh(gemm(h as Tensor, hiddenWeight, projected))],
  },
  // Hochreiter and Schmidhuber (1997) with a forget gate. Gates: input, forget, output, candidate.
  lstm: {
    operator: "LSTM",
    operatorOrder: [0, 2, 1, 3],
    gates: 4,
    states: 2,
    step([h, c], projected, { hiddenWeight }, hidden) {
      const [open, candidate] = split(gemm(h as Tensor, hiddenWeight, projected), [3 * hidden, hidden], 1);
      const [i, f, o] = split(sigmoid(open as Tensor), [hidden, hidden, hidden], 1) as [Tensor, Tensor, Tensor];
      const next = add(mul(f, c as Tensor), mul(i, tanh(candidate as Tensor)));
      return [mul(o, tanh(next)), next];
    },
  },
  // Cho et al. (2014) in the form that PyTorch and cuDNN have. Gates: reset, update, candidate.
  gru: {
    operator: "GRU",
    operatorOrder: [1, 0, 2],
    gates: 3,
    states: 1,
    step([h], projected, { hiddenWeight, hiddenBias }, hidden) {
      const [own, ownCandidate] = split(gemm(h as Tensor, hiddenWeight, hiddenBias), [2 * hidden, hidden], 1);
      const [open, candidate] = split(projected, [2 * hidden, hidden], 1);
      const gates = sigmoid(add(open as Tensor, own as Tensor));
      const [r, z] = split(gates, [hidden, hidden], 1) as [Tensor, Tensor];
      const n = tanh(add(candidate as Tensor, mul(r, ownCandidate as Tensor)));
      return [add(n, mul(z, sub(h as Tensor, n)))];
    },
  },
};
