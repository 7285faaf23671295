// Shapley values of one prediction: how much each column moved it away from the average over background rows.
import { rng } from "@lepta/nn";
import { type Columns, joinColumns, rowCount, type Scores, takeColumn } from "./columns.ts";

export interface ShapleyOptions {
  /** The row to explain: columns with exactly one row. */
  readonly row: Columns;
  /** Rows that stand for "not knowing" a column, for example 20 to 100 of the training rows. */
  readonly background: Columns;
  readonly scores: Scores;
  /** Up to this many columns every coalition is computed, at 2^columns · background rows. Default 10. */
  readonly exactUpTo?: number;
  /** Beyond that: pairs of orders drawn for each background row. Default 4. */
  readonly orderPairs?: number;
  readonly seed: number;
}

export interface ShapleyValues {
  /** Mean score of the background rows. */
  readonly base: number;
  /** Score of the row: base + the sum of all values. */
  readonly score: number;
  /** Largest magnitude first; `standardError` is 0 where the value is exact. */
  readonly values: readonly { readonly name: string; readonly value: number; readonly standardError: number }[];
}

/**
 * Interventional Shapley values (Lundberg & Lee 2017): exact for few columns, else by orders drawn in antithetic pairs
 * (Štrumbelj & Kononenko 2014; Mitchell et al. 2022), which keeps the sum exact. Throws explain-input-invalid.
 */
export async function shapleyValues(options: ShapleyOptions): Promise<ShapleyValues> {
  const { row, background, scores, exactUpTo = 10 } = options;
  const names = Object.keys(row);
  const rows = rowCount(background);
  rowCount(row);
  const both: Columns = Object.fromEntries(
    names.map((name) => {
      const own = takeColumn(row[name]!, [0]);
      const others = background[name];
      return [name, others === undefined ? own : joinColumns(own, others)]; // rowCount says which column is short
    }),
  );
  rowCount(both);
  /** Scores of mixtures: `known[m][j]` says whether column j of mixture m comes from the row, else from `from[m]`. */
  const score = async (known: readonly Uint8Array[], from: ArrayLike<number>): Promise<ArrayLike<number>> => {
    const mixed = names.map((name, j) => {
      const source = known.map((mask, m) => (mask[j] === 1 ? 0 : from[m]! + 1));
      return [name, takeColumn(both[name]!, source)] as const;
    });
    return scores(Object.fromEntries(mixed));
  };
  const run = { count: names.length, rows, score };
  const found = names.length <= exactUpTo ? await exact(run) : await sampled(run, options);
  const values = names
    .map((name, j) => ({ name, value: found.values[j]!, standardError: found.errors[j]! }))
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  return { base: found.base, score: found.score, values };
}

interface Run {
  readonly count: number;
  readonly rows: number;
  score(known: readonly Uint8Array[], from: ArrayLike<number>): Promise<ArrayLike<number>>;
}

interface Found {
  readonly base: number;
  readonly score: number;
  readonly values: Float64Array;
  readonly errors: Float64Array;
}

async function exact({ count, rows, score }: Run): Promise<Found> {
  const worth = new Float64Array(2 ** count);
  const background = Int32Array.from({ length: rows }, (_, i) => i);
  for (let coalition = 0; coalition < worth.length; coalition++) {
    const mask = Uint8Array.from({ length: count }, (_, j) => (coalition >> j) & 1);
    const results = await score(new Array<Uint8Array>(rows).fill(mask), background);
    for (let i = 0; i < rows; i++) worth[coalition]! += results[i]! / rows;
  }
  // Weight of a coalition of size s: s! (n − s − 1)! / n!
  const weights = new Float64Array(count);
  for (let size = 0, weight = 1 / count; size < count; size++) {
    weights[size] = weight;
    weight *= (size + 1) / (count - size - 1);
  }
  const values = new Float64Array(count);
  for (let coalition = 0; coalition < worth.length; coalition++) {
    let size = 0;
    for (let j = 0; j < count; j++) size += (coalition >> j) & 1;
    for (let j = 0; j < count; j++)
      if (((coalition >> j) & 1) === 0)
        values[j]! += weights[size]! * (worth[coalition | (1 << j)]! - worth[coalition]!);
  }
  return { base: worth[0]!, score: worth[worth.length - 1]!, values, errors: new Float64Array(count) };
}

async function sampled({ count, rows, score }: Run, options: ShapleyOptions): Promise<Found> {
  const { seed, orderPairs = 4 } = options;
  const sums = new Float64Array(count);
  const squares = new Float64Array(count);
  let base = 0;
  let full = 0;
  const pairs = rows * orderPairs;
  for (let pair = 0; pair < pairs; pair++) {
    const order = rng(seed).fork("shapley", pair).permutation(count);
    const known: Uint8Array[] = [];
    for (const path of [order, order.slice().reverse()]) {
      const mask = new Uint8Array(count);
      known.push(mask.slice());
      for (const j of path) {
        mask[j] = 1;
        known.push(mask.slice());
      }
    }
    const results = await score(known, new Int32Array(known.length).fill(pair % rows));
    base += results[0]! / pairs;
    full += results[count]! / pairs;
    const gains = new Float64Array(count);
    for (let step = 0; step < count; step++) {
      gains[order[step]!]! += (results[step + 1]! - results[step]!) / 2;
      const second = count + 1 + step;
      gains[order[count - 1 - step]!]! += (results[second + 1]! - results[second]!) / 2;
    }
    for (let j = 0; j < count; j++) {
      sums[j]! += gains[j]!;
      squares[j]! += gains[j]! ** 2;
    }
  }
  const values = sums.map((sum) => sum / pairs);
  const errors = squares.map((square, j) =>
    Math.sqrt(Math.max(0, square / pairs - values[j]! ** 2) / (pairs - 1 || 1)),
  );
  return { base, score: full, values, errors };
}
