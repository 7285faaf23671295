// Means: of a loss that each row has by itself, and of several statistics.
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

/** The mean of statistics, of those that are defined. NaN where none is. */
export function meanOf(statistics: readonly Statistic[]): Statistic {
  return (weights) => {
    const values = statistics.map((statistic) => statistic(weights)).filter((value) => !Number.isNaN(value));
    return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
}
