// The AUC that held-out parts show on the average, beside that of repeated stratified cross-validation whose folds are
// drawn by a plain shuffle that knows nothing of the rows.
import { splitTable, type Table } from "@lepta/data";
import { rng } from "@lepta/nn";

/** AUC on `test` of what was learnt from `train`. */
export type Measure = (table: Table, train: ArrayLike<number>, test: ArrayLike<number>) => Promise<number> | number;

export interface Comparison {
  readonly split: MeanError;
  readonly crossValidated: MeanError;
  /** Difference of the two means in its standard errors. */
  readonly z: number;
}
interface MeanError {
  readonly mean: number;
  readonly standardError: number;
}

/** Both hold out a fifth, so that both learn from equally many rows. */
export async function compareSplits(
  table: Table,
  measure: Measure,
  { seeds, repeats }: { seeds: number; repeats: number },
): Promise<Comparison> {
  const held: number[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    const { train, test } = splitTable(table, { fractions: { train: 0.8, test: 0.2 }, stratify: "y", seed });
    held.push(await measure(table, train, test));
  }
  const folded: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const fold = shuffledFolds(table, 5, repeat);
    let sum = 0;
    for (let k = 0; k < 5; k++) {
      const rows = Array.from(fold, (_, row) => row);
      sum += await measure(
        table,
        rows.filter((row) => fold[row] !== k),
        rows.filter((row) => fold[row] === k),
      );
    }
    folded.push(sum / 5);
  }
  const [split, crossValidated] = [meanError(held), meanError(folded)];
  const error = Math.hypot(split.standardError, crossValidated.standardError);
  return { split, crossValidated, z: (split.mean - crossValidated.mean) / error };
}

/** The fold of each row, drawn within its class. */
function shuffledFolds(table: Table, k: number, seed: number): Int32Array {
  const random = rng(7_000 + seed);
  const labels = table.columns.find(({ name }) => name === "y")!.data as readonly string[];
  const fold = new Int32Array(table.rowCount);
  for (const label of new Set(labels)) {
    const rows = labels.flatMap((own, row) => (own === label ? [row] : []));
    for (const [place, at] of random.permutation(rows.length).entries()) fold[rows[at]!] = place % k;
  }
  return fold;
}

function meanError(values: readonly number[]): MeanError {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, standardError: Math.sqrt(variance / values.length) };
}
