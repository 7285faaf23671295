// How many of the rows to measure on were learnt from, beyond what chance explains where rows repeat.
import { clusteringOf } from "./intervals/spread.ts";

export interface Overlap {
  readonly rows: number;
  /** Rows that equal one that was learnt from, target and all. */
  readonly seen: number;
  /** Rows that would equal one by chance, were they new draws from the same source. */
  readonly byChance: number;
  /** Whether chance does not explain it (one time in a thousand at the most). */
  readonly trainedOn: boolean;
}

/**
 * The share of new rows that equal one of these, were they drawn from where these were: 1 − (rows that stand here once)
 * / rows (Good 1953, Turing's estimator). 0 where no row repeats, near 1 in a table of a few small columns.
 * @param groups one small whole number a row: rows of one number are drawn together, and repeat by chance where they
 * equal a row of another group
 */
export function repeatShare(rowHashes: readonly string[], groups?: Int32Array): number {
  const alone = new Map<string, { readonly unit: number; rows: number }>();
  let repeated = 0;
  for (const [row, hash] of rowHashes.entries()) {
    const unit = groups?.[row] ?? row;
    const before = alone.get(hash);
    if (before === undefined) alone.set(hash, { unit, rows: 1 });
    else if (before.rows > 0 && before.unit === unit) before.rows++;
    else {
      // The rows that stood in one group alone, until this one.
      repeated += before.rows + 1;
      before.rows = 0;
    }
  }
  return rowHashes.length === 0 ? 0 : repeated / rowHashes.length;
}

/**
 * @param seen whether a row was learnt from, by its content hash. @param learnt rows learnt from
 * @param share of new rows that would be seen by chance, as `repeatShare` estimates it from the rows learnt from
 * @param groups one small whole number a row, where rows of one number are drawn together
 */
export function overlapOf(
  rowHashes: readonly string[],
  seen: (rowHash: string) => boolean,
  learnt: number,
  share: number,
  groups?: Int32Array,
): Overlap {
  const rows = rowHashes.length;
  let count = 0;
  for (const hash of rowHashes) if (seen(hash)) count++;
  const byChance = rows * share;
  // The draw of these rows varies, and the estimate of the share more: it rests on the repeated rows among those learnt
  // from, which come in pairs. One row more stands beside them, for none may have been drawn.
  const repeated = share * learnt + 1;
  // At worst the rows of a group are all seen or none.
  const together = groups === undefined ? 1 : clusteringOf(groups);
  const variance = together * (byChance + 2 * repeated * (rows / Math.max(1, learnt)) ** 2) * (1 - share);
  const trainedOn = count > byChance + Math.max(2 * together, 4 * Math.sqrt(variance));
  return { rows, seen: count, byChance, trainedOn };
}

/** One sentence where rows were learnt from; undefined where none needs saying. */
export function overlapText(overlap: Overlap & { readonly sameTable?: boolean }): string | undefined {
  const { rows, seen, byChance, trainedOn, sameTable = false } = overlap;
  if (sameTable)
    return `this is the very table that the model was made from: ${seen} of ${rows} rows equal rows that it learnt from; these figures are better than new rows would give`;
  if (!trainedOn) return undefined;
  const all = seen === rows ? `all ${rows} rows` : `${seen} of ${rows} rows`;
  const chance = byChance < 1 ? "" : `; of new rows ${Math.round(byChance)} would, by chance`;
  return `${all} equal rows that the model learnt from${chance}: these figures are better than new rows would give`;
}
