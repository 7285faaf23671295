// The confusion matrix and what is read off it: accuracy and macro F1.
import { checkLabels, checkRows } from "./check-predictions.ts";
import type { ScoreEstimate } from "./intervals/score-interval.ts";
import type { Statistic } from "./statistic.ts";

/** Row-major weights [true class, predicted class]. */
export function confusionCounts(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
  weights?: Float64Array,
): Float64Array {
  const counts = new Float64Array(classes * classes);
  for (let row = 0; row < labels.length; row++)
    counts[labels[row]! * classes + predicted[row]!]! += weights === undefined ? 1 : weights[row]!;
  return counts;
}

/** Counts with their class names: `counts[i][j]` rows of class `classes[i]` were predicted as `classes[j]`. */
export interface ConfusionMatrix {
  readonly classes: readonly string[];
  readonly counts: readonly (readonly number[])[];
}

/** The confusion matrix of class indices `labels` against `predicted`. */
export function confusionMatrix(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: readonly string[],
): ConfusionMatrix {
  checkPair(labels, predicted, classes.length);
  const flat = confusionCounts(labels, predicted, classes.length);
  const counts = classes.map((_, i) => [...flat.subarray(i * classes.length, (i + 1) * classes.length)]);
  return { classes, counts };
}

/** Share of rows whose predicted class is the true one. */
export function accuracyStatistic(labels: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): Statistic {
  checkPair(labels, predicted, classes);
  return (weights) => {
    const counts = confusionCounts(labels, predicted, classes, weights);
    let right = 0;
    for (let i = 0; i < classes; i++) right += counts[i * classes + i]!;
    return right / counts.reduce((sum, count) => sum + count, 0);
  };
}

/**
 * Unweighted mean of each class's F1 = 2·TP / (2·TP + FP + FN).
 * A class with neither true nor predicted rows does not count (scikit-learn's union of labels).
 */
export function f1MacroStatistic(labels: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): Statistic {
  checkPair(labels, predicted, classes);
  return (weights) => {
    const counts = confusionCounts(labels, predicted, classes, weights);
    let sum = 0;
    let present = 0;
    for (let i = 0; i < classes; i++) {
      let either = 0;
      for (let j = 0; j < classes; j++) either += counts[i * classes + j]! + counts[j * classes + i]!;
      if (either === 0) continue;
      sum += (2 * counts[i * classes + i]!) / either;
      present++;
    }
    return sum / present;
  };
}

/** F1 is a ratio of counts: a row changes it by (2·hit − F1·(true + called)) / (rows of both). One entry a class present. */
export function f1Estimates(labels: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): ScoreEstimate[] {
  const counts = confusionCounts(labels, predicted, classes);
  const rows = labels.length;
  const estimates: ScoreEstimate[] = [];
  for (let i = 0; i < classes; i++) {
    let either = 0;
    for (let j = 0; j < classes; j++) either += counts[i * classes + j]! + counts[j * classes + i]!;
    if (either === 0) continue;
    const value = (2 * counts[i * classes + i]!) / either;
    const influence = new Float64Array(rows);
    for (let row = 0; row < rows; row++) {
      const is = labels[row] === i ? 1 : 0;
      const called = predicted[row] === i ? 1 : 0;
      influence[row] = (rows / either) * (2 * is * called - value * (is + called));
    }
    estimates.push({ value, influence, expected: either / 2 });
  }
  return estimates;
}

function checkPair(labels: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): void {
  checkRows(labels, predicted.length, "predictions");
  checkLabels(labels, classes);
  checkLabels(predicted, classes);
}
