// The weighted mean of a loss that each row has by itself.
import type { Statistic } from "./statistic.ts";

/** Computes the loss of each row once; a weighting then costs one pass. */
export function meanStatistic(rows: number, lossOf: (row: number) => number): Statistic {
  const losses = Float64Array.from({ length: rows }, (_, row) => lossOf(row));
  return (weights) => {
    let sum = 0;
    let total = 0;
    for (let row = 0; row < rows; row++) {
      const weight = weights === undefined ? 1 : weights[row]!;
      sum += weight * losses[row]!;
      total += weight;
    }
    return sum / total;
  };
}
