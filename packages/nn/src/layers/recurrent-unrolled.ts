// Recurrent layers unrolled for training: one graph for all steps, with gradients written by hand.
import type { Tensor } from "../graph/node.ts";
import type { CellName } from "./recurrent-cells.ts";
import { unrolledGru } from "./unrolled-gru.ts";
import { unrolledLstm } from "./unrolled-lstm.ts";
import { unrolledRnn } from "./unrolled-rnn.ts";
import type { Unrolled } from "./unrolled-steps.ts";

/** Outputs of all steps in the order of time, [time × hidden, batch], or the last one. States start at zero. */
export function unrolled(cell: CellName, run: Unrolled): Tensor {
  return forms[cell](run);
}

const forms: Readonly<Record<CellName, (run: Unrolled) => Tensor>> = {
  rnn: unrolledRnn,
  lstm: unrolledLstm,
  gru: unrolledGru,
};
