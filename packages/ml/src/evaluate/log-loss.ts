// Log loss (cross-entropy) and Brier score of predicted probabilities.
import { checkLabels, checkProbabilities, checkRows } from "./check-predictions.ts";
import { meanStatistic } from "./mean-statistic.ts";
import type { Statistic } from "./statistic.ts";

/**
 * −ln p(true class) in nats of each row of row-major `probabilities` [rows, classes]. Probabilities are clipped to the
 * rounding of their type (2^-23 for Float32Array, else 2^-52), as scikit-learn does.
 */
export function lossesOf(labels: ArrayLike<number>, probabilities: ArrayLike<number>, classes: number): Float64Array {
  checkRows(labels, probabilities.length / classes, "rows of probabilities");
  checkLabels(labels, classes);
  checkProbabilities(probabilities);
  const least = probabilities instanceof Float32Array ? 2 ** -23 : 2 ** -52;
  const losses = new Float64Array(labels.length);
  for (let row = 0; row < losses.length; row++) {
    const probability = probabilities[row * classes + labels[row]!]!;
    losses[row] = -Math.log(Math.min(Math.max(probability, least), 1 - least));
  }
  return losses;
}

/** Mean of `lossesOf`. */
export function logLossStatistic(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: number,
): Statistic {
  const losses = lossesOf(labels, probabilities, classes);
  return meanStatistic(losses.length, (row) => losses[row]!);
}

/** Mean squared distance between the positive's probability and the label (0 or 1), in [0, 1]. */
export function brierStatistic(labels: ArrayLike<number>, scores: ArrayLike<number>): Statistic {
  checkRows(labels, scores.length, "scores");
  checkLabels(labels, 2);
  checkProbabilities(scores);
  return meanStatistic(labels.length, (row) => (scores[row]! - labels[row]!) ** 2);
}
