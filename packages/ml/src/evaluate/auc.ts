// Area under the ROC curve, binary and macro one-vs-rest.
import { checkRows } from "./check-predictions.ts";
import type { ScoreEstimate } from "./intervals/score-interval.ts";
import { meanOf } from "./mean-statistic.ts";
import { groupWeights, type Ranking, rankRows } from "./ranking.ts";
import type { Statistic } from "./statistic.ts";

/**
 * AUC of `scores` for `labels` (0 or 1): the chance that a positive outranks a negative, ties counting half.
 * NaN when one class has no weight.
 */
export function auc(labels: ArrayLike<number>, scores: ArrayLike<number>, weights?: Float64Array): number {
  return aucStatistic(labels, scores)(weights);
}

/** `auc` sorted once, for any number of weightings. */
export function aucStatistic(labels: ArrayLike<number>, scores: ArrayLike<number>): Statistic {
  return aucOf(rankRows(labels, scores));
}

/** `auc` of rows that are ranked. */
export function aucOf(ranking: Ranking): Statistic {
  return (weights) => {
    const { positives, negatives } = groupWeights(ranking, weights);
    let above = 0;
    let below = 0;
    let wins = 0;
    for (let group = 0; group < positives.length; group++) {
      wins += negatives[group]! * (above + positives[group]! / 2);
      above += positives[group]!;
      below += negatives[group]!;
    }
    return above > 0 && below > 0 ? wins / (above * below) : Number.NaN;
  };
}

/**
 * AUC with each row's influence: its placement among the rows of the other class less the AUC (DeLong et al. 1988),
 * times rows / rows of its class. `expected` is the count of trials n with AUC·(1 − AUC) / n the variance of Hanley and
 * McNeil (1982) as Newcombe (2006, method 5) has it. undefined where a class is absent.
 */
export function aucEstimate(ranking: Ranking): ScoreEstimate | undefined {
  const { order, positive, ends } = ranking;
  const rows = order.length;
  let positives = 0;
  for (let rank = 0; rank < rows; rank++) positives += positive[rank]!;
  const negatives = rows - positives;
  if (positives === 0 || negatives === 0) return undefined;
  const influence = new Float64Array(rows);
  let above = 0;
  let below = negatives;
  let start = 0;
  let wins = 0;
  for (const end of ends) {
    let inGroup = 0;
    for (let rank = start; rank < end; rank++) inGroup += positive[rank]!;
    const others = end - start - inGroup;
    below -= others;
    const ofPositive = (below + others / 2) / negatives;
    const ofNegative = (above + inGroup / 2) / positives;
    for (let rank = start; rank < end; rank++) influence[order[rank]!] = positive[rank] === 1 ? ofPositive : ofNegative;
    wins += inGroup * ofPositive;
    above += inGroup;
    start = end;
  }
  const value = wins / positives;
  for (let rank = 0; rank < rows; rank++) {
    const row = order[rank]!;
    influence[row] = (influence[row]! - value) * (rows / (positive[rank] === 1 ? positives : negatives));
  }
  const half = (positives + negatives) / 2 - 1;
  const expected = (positives * negatives) / (1 + half * ((1 - value) / (2 - value) + value / (1 + value)));
  return { value, influence, expected };
}

/** The column of one class in row-major probabilities [rows, classes], and its labels as 0 or 1. */
export function oneVersusRest(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: number,
  chosen: number,
): { labels: Uint8Array; scores: Float64Array } {
  checkRows(labels, probabilities.length / classes, "rows of probabilities");
  return {
    labels: Uint8Array.from({ length: labels.length }, (_, row) => (labels[row] === chosen ? 1 : 0)),
    scores: Float64Array.from({ length: labels.length }, (_, row) => probabilities[row * classes + chosen]!),
  };
}

/**
 * Macro one-vs-rest AUC of row-major `probabilities` [rows, classes] for class indices `labels`
 * (scikit-learn's `multi_class="ovr", average="macro"`; a class without rows does not count).
 */
export function macroAuc(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: number,
  weights?: Float64Array,
): number {
  const each = Array.from({ length: classes }, (_, chosen) => {
    const part = oneVersusRest(labels, probabilities, classes, chosen);
    return aucStatistic(part.labels, part.scores);
  });
  return meanOf(each)(weights);
}
