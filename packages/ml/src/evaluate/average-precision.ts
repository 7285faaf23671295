// Average precision: the step-wise area under the precision–recall curve.
import type { ScoreEstimate } from "./intervals/score-interval.ts";
import { groupWeights, type Ranking, rankRows } from "./ranking.ts";
import type { Statistic } from "./statistic.ts";

/**
 * Σ (recallₙ − recallₙ₋₁) · precisionₙ over distinct scores, without interpolation (scikit-learn's definition).
 * NaN when there is no positive.
 */
export function averagePrecision(labels: ArrayLike<number>, scores: ArrayLike<number>, weights?: Float64Array): number {
  return averagePrecisionStatistic(labels, scores)(weights);
}

/** `averagePrecision` sorted once, for any number of weightings. */
export function averagePrecisionStatistic(labels: ArrayLike<number>, scores: ArrayLike<number>): Statistic {
  return averagePrecisionOf(rankRows(labels, scores));
}

/** `averagePrecision` of rows that are ranked. */
export function averagePrecisionOf(ranking: Ranking): Statistic {
  return (weights) => {
    const { positives, negatives } = groupWeights(ranking, weights);
    let hits = 0;
    let called = 0;
    let area = 0;
    for (let group = 0; group < positives.length; group++) {
      hits += positives[group]!;
      called += positives[group]! + negatives[group]!;
      if (called > 0) area += (positives[group]! * hits) / called;
    }
    return hits > 0 ? area / hits : Number.NaN;
  };
}

/**
 * Average precision with each row's influence: a row changes the precision at its own score if it is positive, and that
 * at every score of a positive that is not above it. (The derivative by the row's weight.) undefined without a positive.
 */
export function averagePrecisionEstimate(ranking: Ranking): ScoreEstimate | undefined {
  const { order, positive, ends } = ranking;
  const rows = order.length;
  const { positives, negatives } = groupWeights(ranking);
  let hits = 0;
  let called = 0;
  let area = 0;
  let own = 0;
  const precision = new Float64Array(ends.length);
  const calledAt = new Float64Array(ends.length);
  for (let group = 0; group < ends.length; group++) {
    hits += positives[group]!;
    called += positives[group]! + negatives[group]!;
    precision[group] = hits / called;
    calledAt[group] = called;
    area += positives[group]! * precision[group]!;
    own += (positives[group]! * (1 - precision[group]!)) / called;
  }
  if (hits === 0) return undefined;
  const bias = own / hits;
  const value = area / hits;
  const influence = new Float64Array(rows);
  // From the lowest score up: what one more positive, or one more row, at this score does to the precisions below it.
  let gain = 0;
  let loss = 0;
  for (let group = ends.length - 1; group >= 0; group--) {
    gain += positives[group]! / calledAt[group]!;
    loss += (positives[group]! * precision[group]!) / calledAt[group]!;
    const ofPositive = (rows / hits) * (precision[group]! - value + gain - loss);
    const ofNegative = (rows / hits) * -loss;
    for (let rank = group === 0 ? 0 : ends[group - 1]!; rank < ends[group]!; rank++)
      influence[order[rank]!] = positive[rank] === 1 ? ofPositive : ofNegative;
  }
  return { value, influence, expected: hits, bias };
}
