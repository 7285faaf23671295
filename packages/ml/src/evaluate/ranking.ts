// Rows sorted once by falling score, with ties grouped: what AUC, average precision, curves and thresholds share.
import { checkFinite, checkLabels, checkRows } from "./check-predictions.ts";
import { fallingOrder } from "./radix-order.ts";

/** Binary labels in order of falling score. */
export interface Ranking {
  /** Row index at each rank. */
  readonly order: Int32Array;
  /** 1 where the row at that rank is positive. */
  readonly positive: Uint8Array;
  /** Score at each rank. */
  readonly scores: Float64Array;
  /** Rank after the last row of each group of equal scores. */
  readonly ends: Int32Array;
}

/** Ranks rows; `labels` are 0 or 1, `scores` any finite numbers, higher meaning more likely positive. */
export function rankRows(labels: ArrayLike<number>, scores: ArrayLike<number>): Ranking {
  checkRows(labels, scores.length, "scores");
  checkLabels(labels, 2);
  checkFinite(scores, "score");
  const rows = scores.length;
  const order = fallingOrder(scores);
  const positive = new Uint8Array(rows);
  const sorted = new Float64Array(rows);
  const ends = new Int32Array(rows);
  let groups = 0;
  for (let rank = 0; rank < rows; rank++) {
    positive[rank] = labels[order[rank]!]!;
    sorted[rank] = scores[order[rank]!]!;
    if (rank > 0 && sorted[rank] !== sorted[rank - 1]) ends[groups++] = rank;
  }
  ends[groups++] = rows;
  return { order, positive, scores: sorted, ends: ends.subarray(0, groups) };
}

/** Weight of positives and negatives in each group of equal scores, by falling score. */
export function groupWeights(
  ranking: Ranking,
  weights?: Float64Array,
): { positives: Float64Array; negatives: Float64Array } {
  const { order, positive, ends } = ranking;
  const positives = new Float64Array(ends.length);
  const negatives = new Float64Array(ends.length);
  let rank = 0;
  for (let group = 0; group < ends.length; group++) {
    const end = ends[group]!;
    let up = 0;
    let down = 0;
    for (; rank < end; rank++) {
      const weight = weights === undefined ? 1 : weights[order[rank]!]!;
      if (positive[rank] === 1) up += weight;
      else down += weight;
    }
    positives[group] = up;
    negatives[group] = down;
  }
  return { positives, negatives };
}
