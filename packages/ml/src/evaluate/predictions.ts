// Predictions beside the truth, one form for each kind of outcome: what metrics, thresholds and trivial policies take.
import { MlError } from "../errors.ts";
import type { OutcomeForm, OutcomeKind } from "../outcomes/index.ts";
import { checkLabels } from "./check-predictions.ts";

/** Predicted probabilities with the true classes. */
export interface ClassPredictions {
  readonly kind: "class";
  /** Class names in the order of the probabilities' columns. */
  readonly classes: readonly string[];
  /** Of two classes, the one that scores speak of. Default: the second. */
  readonly positive?: string;
  /** Class names, or class indices. */
  readonly labels: readonly string[] | Int32Array;
  /** Row-major [rows, classes]. */
  readonly probabilities: Float32Array | Float64Array;
  /** Two classes: decide positive from this probability on. Default: the more probable class. */
  readonly threshold?: number;
}

/** Predicted numbers with the true ones. */
export interface NumberPredictions {
  readonly kind: "number";
  readonly labels: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** Predicted numbers of several steps with the true ones. */
export interface SeriesPredictions {
  readonly kind: "series";
  readonly steps: number;
  /** Row-major [rows, steps]. */
  readonly labels: ArrayLike<number>;
  /** Row-major [rows, steps]. */
  readonly values: ArrayLike<number>;
}

/** Predicted scores with what was truly to be flagged. */
export interface ScorePredictions {
  readonly kind: "score";
  /** 1 where the row was to be flagged, else 0. */
  readonly labels: ArrayLike<number>;
  readonly scores: ArrayLike<number>;
  /** A row is flagged from this score on. */
  readonly threshold: number;
}

export type Predictions = ClassPredictions | NumberPredictions | SeriesPredictions | ScorePredictions;

/** The predictions of one kind of outcome. */
export type PredictionsOf<K extends OutcomeKind> = Extract<Predictions, { readonly kind: K }>;

/** The form of one kind of outcome. */
export type FormOf<K extends OutcomeKind> = Extract<OutcomeForm, { readonly kind: K }>;

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
