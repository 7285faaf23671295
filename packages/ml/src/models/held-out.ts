// Predictions of rows by the networks that did not learn from them, and their loss.
import type { TensorData } from "@lepta/nn";
import type { Target } from "./model.ts";
import type { Objective } from "./objectives/objective.ts";

/**
 * From raw outputs [rows, groups, members, outputs] the mean over the members of the groups that a row is held out of
 * (`isOut` [rows, groups] is 1 there): probabilities, or numbers. Row-major [rows, outputs]; NaN for other rows.
 */
export function heldOutPredictions(
  raw: TensorData,
  isOut: Float32Array,
  { addAnswer }: Objective,
): Float32Array<ArrayBuffer> {
  const [rows, groups, members, outputs] = raw.shape as [number, number, number, number];
  const data = raw.data as Float32Array;
  const means = new Float32Array(rows * outputs).fill(Number.NaN);
  const sums = new Float64Array(outputs);
  for (let row = 0; row < rows; row++) {
    let count = 0;
    sums.fill(0);
    for (let group = 0; group < groups; group++) {
      if (isOut[row * groups + group] !== 1) continue;
      for (let member = 0; member < members; member++) {
        addAnswer(data, ((row * groups + group) * members + member) * outputs, sums);
        count++;
      }
    }
    for (let i = 0; i < outputs && count > 0; i++) means[row * outputs + i] = sums[i]! / count;
  }
  return means;
}

/** Mean loss of the rows that have a prediction; NaN where none has. */
export function heldOutLoss(predictions: Float32Array, { objective, values }: Target): number {
  let sum = 0;
  let count = 0;
  for (let row = 0; row < values.length; row++) {
    const loss = objective.lossOf(predictions, row * objective.width, values[row]!);
    if (Number.isNaN(loss)) continue;
    sum += loss;
    count++;
  }
  return sum / count;
}
