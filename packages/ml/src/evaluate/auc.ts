// Area under the ROC curve, binary and macro one-vs-rest.
import { checkRows } from "./check-predictions.ts";
import { groupWeights, rankRows } from "./ranking.ts";
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
  const ranking = rankRows(labels, scores);
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

/** Mean of a binary statistic over the classes taken one against the rest; classes where it is undefined do not count. */
export function macroStatistic(
  binary: (labels: ArrayLike<number>, scores: ArrayLike<number>) => Statistic,
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: number,
): Statistic {
  const each = Array.from({ length: classes }, (_, chosen) => {
    const part = oneVersusRest(labels, probabilities, classes, chosen);
    return binary(part.labels, part.scores);
  });
  return (weights) => {
    const values = each.map((statistic) => statistic(weights)).filter((value) => !Number.isNaN(value));
    return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
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
  return macroStatistic(aucStatistic, labels, probabilities, classes)(weights);
}
