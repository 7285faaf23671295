// Every metric that applies to a task's predictions, as points or with intervals, under the product's names.
import { MlError } from "../errors.ts";
import { aucStatistic, macroStatistic } from "./auc.ts";
import { averagePrecisionStatistic } from "./average-precision.ts";
import { eceStatistic } from "./calibration.ts";
import { checkLabels, checkProbabilities, checkRows } from "./check-predictions.ts";
import { classIntervals } from "./class-intervals.ts";
import { accuracyStatistic, f1MacroStatistic } from "./confusion.ts";
import { decide } from "./decide.ts";
import type { Interval } from "./intervals/interval.ts";
import { logLossStatistic } from "./log-loss.ts";
import { maeStatistic, r2Statistic, rmseStatistic } from "./regression.ts";
import { regressionIntervals } from "./regression-intervals.ts";
import type { Statistic } from "./statistic.ts";

/** The metrics' names, as JSON and manifests have them. Which direction is better: `lowerIsBetter`. */
export type MetricName =
  | "auc"
  | "averagePrecision"
  | "accuracy"
  | "f1Macro"
  | "logLoss"
  | "ece"
  | "rmse"
  | "mae"
  | "r2";

/** Predicted probabilities with the true classes. */
export interface ClassPredictions {
  readonly task: "binary" | "multiclass";
  /** Class names in the order of the probabilities' columns. */
  readonly classes: readonly string[];
  /** Of two classes, the one that scores speak of. Default: the second. */
  readonly positive?: string;
  /** Class names, or class indices. */
  readonly labels: readonly string[] | Int32Array;
  /** Row-major [rows, classes]. */
  readonly probabilities: Float32Array | Float64Array;
  /** Two classes: decide positive from this probability on (accuracy, f1Macro). Default: the more probable class. */
  readonly threshold?: number;
}

/** Predicted numbers with the true ones. */
export interface ValuePredictions {
  readonly task: "regression";
  readonly labels: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

export type Predictions = ClassPredictions | ValuePredictions;

/** A metric's value with its 95 % interval; metrics that do not apply or are undefined on these rows are absent. */
export type MetricRecord = Partial<Record<MetricName, Interval>>;

/** A metric's value alone. */
export type MetricValues = Partial<Record<MetricName, number>>;

export interface IntervalOptions {
  /** Small whole numbers from 0 on, one a row: rows of one number (one person's) are drawn by chance together. */
  readonly groups?: Int32Array | undefined;
  /** Of the calibration error's interval, which is simulated. */
  readonly seed: number;
}

/**
 * Metrics of `predictions` with 95 % intervals over draws of rows, or of groups of rows, from where these come from.
 * Binary: auc, averagePrecision and ece speak of the positive class. Multiclass: auc and averagePrecision are macro
 * one-vs-rest, ece is of the most probable class. Methods, and how often they hold the truth: docs/decisions/0022.
 * Throws predictions-invalid.
 */
export function evaluatePredictions(predictions: Predictions & IntervalOptions): MetricRecord {
  const { groups, seed } = predictions;
  const rows = predictions.labels.length;
  if (groups !== undefined && (groups.length !== rows || groups.some((group) => group < 0)))
    throw new MlError(
      "predictions-invalid",
      `There are ${groups.length} groups for ${rows} labels, or a negative one.`,
      "Give each row the number of its group, from 0 on.",
    );
  const sample = { groups, seed };
  if (predictions.task === "regression")
    return present(regressionIntervals(predictions.labels, predictions.values, sample));
  const { classes, probabilities } = predictions;
  const labels = classIndices(predictions.labels, classes);
  checkRows(labels, probabilities.length / classes.length, "rows of probabilities");
  checkProbabilities(probabilities);
  const positive = predictions.task === "binary" ? positiveIndex(classes, predictions.positive) : undefined;
  const decided = decidedClasses(predictions);
  const size = { labels, decided, probabilities, classes: classes.length };
  return present(classIntervals(positive === undefined ? size : { ...size, positive }, sample));
}

/** At the threshold where two classes have one. */
function decidedClasses({ task, classes, positive, threshold, probabilities }: ClassPredictions): Int32Array {
  if (task === "multiclass" || threshold === undefined) return decide(probabilities, classes.length);
  return decide(probabilities, 2, { positive: positiveIndex(classes, positive), value: threshold });
}

function present(metrics: Partial<Record<MetricName, Interval | undefined>>): MetricRecord {
  return Object.fromEntries(Object.entries(metrics).filter(([, metric]) => metric !== undefined));
}

/** The same metrics without intervals. */
export function pointMetrics(predictions: Predictions): MetricValues {
  const { statistics } = bindMetrics(predictions);
  return Object.fromEntries(Object.entries(statistics).map(([name, statistic]) => [name, statistic()]));
}

/** Metrics bound to their rows, weights in the same order; those that are undefined on these rows are left out. */
export function bindMetrics(predictions: Predictions): {
  statistics: Record<string, Statistic>;
  strata?: Int32Array;
  rows: number;
} {
  if (predictions.task === "regression") {
    const { labels, values } = predictions;
    const statistics = {
      rmse: rmseStatistic(labels, values),
      mae: maeStatistic(labels, values),
      r2: r2Statistic(labels, values),
    };
    return { statistics: defined(statistics), rows: labels.length };
  }
  const labels = classIndices(predictions.labels, predictions.classes);
  checkRows(labels, predictions.probabilities.length / predictions.classes.length, "rows of probabilities");
  const statistics =
    predictions.task === "binary" ? binaryStatistics(predictions, labels) : multiclassStatistics(predictions, labels);
  return { statistics: defined(statistics), strata: labels, rows: labels.length };
}

function binaryStatistics(predictions: ClassPredictions, labels: Int32Array): Record<string, Statistic> {
  const { classes, probabilities } = predictions;
  const { truth, scores } = positiveScores(labels, probabilities, positiveIndex(classes, predictions.positive));
  const decided = decidedClasses(predictions);
  return {
    auc: aucStatistic(truth, scores),
    averagePrecision: averagePrecisionStatistic(truth, scores),
    accuracy: accuracyStatistic(labels, decided, 2),
    f1Macro: f1MacroStatistic(labels, decided, 2),
    logLoss: logLossStatistic(labels, probabilities, 2),
    ece: eceStatistic(truth, scores),
  };
}

function multiclassStatistics(predictions: ClassPredictions, labels: Int32Array): Record<string, Statistic> {
  const { probabilities } = predictions;
  const classes = predictions.classes.length;
  const decided = decidedClasses(predictions);
  const right = Uint8Array.from(decided, (decision, row) => (decision === labels[row] ? 1 : 0));
  const confidence = Float64Array.from(decided, (decision, row) => probabilities[row * classes + decision]!);
  return {
    auc: macroStatistic(aucStatistic, labels, probabilities, classes),
    averagePrecision: macroStatistic(averagePrecisionStatistic, labels, probabilities, classes),
    accuracy: accuracyStatistic(labels, decided, classes),
    f1Macro: f1MacroStatistic(labels, decided, classes),
    logLoss: logLossStatistic(labels, probabilities, classes),
    ece: eceStatistic(right, confidence),
  };
}

/** The positive class's index among two. Throws predictions-invalid when it is not one of them. */
export function positiveIndex(classes: readonly string[], positive: string | undefined): number {
  const index = positive === undefined ? 1 : classes.indexOf(positive);
  if (classes.length === 2 && index >= 0) return index;
  throw new MlError(
    "predictions-invalid",
    `"${positive ?? classes[1] ?? ""}" is not one of two classes: ${classes.join(", ")}.`,
    "Name as positive one of the target's two values.",
  );
}

/** Labels as 0 or 1 and the positive class's probability, from [rows, 2]. */
export function positiveScores(
  labels: Int32Array,
  probabilities: ArrayLike<number>,
  positive: number,
): { truth: Uint8Array; scores: Float64Array } {
  return {
    truth: Uint8Array.from(labels, (label) => (label === positive ? 1 : 0)),
    scores: Float64Array.from(labels, (_, row) => probabilities[row * 2 + positive]!),
  };
}

/** Class names or indices as indices. Throws predictions-invalid at a label that is not a class. */
export function classIndices(labels: readonly string[] | Int32Array, classes: readonly string[]): Int32Array {
  if (labels instanceof Int32Array) {
    checkLabels(labels, classes.length);
    return labels;
  }
  const index = new Map(classes.map((name, i) => [name, i]));
  return Int32Array.from(labels, (label, row) => {
    const found = index.get(label);
    if (found !== undefined) return found;
    throw new MlError(
      "predictions-invalid",
      `The label at row ${row} is "${label}", which is not a class of the model: ${classes.join(", ")}.`,
      "Measure on rows whose label the model was trained on.",
    );
  });
}

function defined(statistics: Record<string, Statistic>): Record<string, Statistic> {
  return Object.fromEntries(Object.entries(statistics).filter(([, statistic]) => Number.isFinite(statistic())));
}

/** Whether less of the metric is better: of the losses and errors. */
export function lowerIsBetter(name: MetricName): boolean {
  return name === "logLoss" || name === "ece" || name === "rmse" || name === "mae";
}
