// Average precision: the step-wise area under the precision–recall curve.
import { groupWeights, rankRows } from "./ranking.ts";
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
  const ranking = rankRows(labels, scores);
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
