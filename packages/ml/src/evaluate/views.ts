// Predictions bound to what metrics read off them: rankings, decisions, errors. Each is computed once, when first asked for.
import { MlError } from "../errors.ts";
import { oneVersusRest } from "./auc.ts";
import { checkFinite, checkProbabilities, checkRows } from "./check-predictions.ts";
import { decide } from "./decide.ts";
import {
  type ClassPredictions,
  classIndices,
  type NumberPredictions,
  positiveIndex,
  type ScorePredictions,
  type SeriesPredictions,
} from "./predictions.ts";
import { type Ranking, rankRows } from "./ranking.ts";

/** Rows ranked by score, once for each class that is told from the rest; one ranking where one class is positive. */
export interface RankedView {
  readonly rankings: () => readonly Ranking[];
}

/** Rows with a class each, and the class that was decided. */
export interface DecidedView {
  /** Class indices. */
  readonly labels: Int32Array;
  readonly decided: Int32Array;
  readonly classes: number;
}

/** Rows with the probabilities of their classes. */
export interface ProbabilityView extends DecidedView {
  /** Row-major [rows, classes]. */
  readonly probabilities: Float32Array | Float64Array;
  /** The positive class; undefined where no class is. */
  readonly positive: number | undefined;
  /** Whether each row is what its score speaks of (0 or 1), and that score: of the positive, else of the class decided. */
  readonly confidence: () => { readonly labels: Uint8Array; readonly scores: Float64Array };
}

/** Rows with a number each. */
export interface NumberView {
  readonly targets: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  /** Numbers a row: rows of several are drawn whole. */
  readonly width: number;
}

export type ClassView = RankedView & ProbabilityView;
export type ScoreView = RankedView & DecidedView;

/** Throws predictions-invalid. */
export function classView(predictions: ClassPredictions): ClassView {
  const { classes, probabilities, threshold } = predictions;
  const labels = classIndices(predictions.labels, classes);
  const count = classes.length;
  checkRows(labels, probabilities.length / count, "rows of probabilities");
  checkProbabilities(probabilities);
  const positive = count === 2 ? positiveIndex(classes, predictions.positive) : undefined;
  const at = positive === undefined || threshold === undefined ? undefined : { positive, value: threshold };
  const decided = decide(probabilities, count, at);
  const versusRest = (chosen: number) => oneVersusRest(labels, probabilities, count, chosen);
  return {
    labels,
    decided,
    classes: count,
    probabilities,
    positive,
    rankings: once(() => {
      const chosen = positive === undefined ? Array.from({ length: count }, (_, i) => i) : [positive];
      return chosen.map((each) => {
        const part = versusRest(each);
        return rankRows(part.labels, part.scores);
      });
    }),
    confidence: once(() =>
      positive === undefined
        ? {
            labels: rightOf({ labels, decided }),
            scores: Float64Array.from(decided, (own, row) => probabilities[row * count + own]!),
          }
        : versusRest(positive),
    ),
  };
}

/** Throws predictions-invalid. */
export function numberView({ labels, values }: NumberPredictions): NumberView {
  checkNumbers(labels, values);
  return { targets: labels, values, width: 1 };
}

/** Every step of every row. Throws predictions-invalid. */
export function seriesView({ labels, values, steps }: SeriesPredictions): NumberView {
  checkNumbers(labels, values);
  if (!Number.isInteger(labels.length / steps))
    throw new MlError(
      "predictions-invalid",
      `${labels.length} values are no whole number of rows of ${steps} steps.`,
      "Pass one value for each step of each row.",
    );
  return { targets: labels, values, width: steps };
}

/** Throws predictions-invalid. */
export function scoreView({ labels, scores, threshold }: ScorePredictions): ScoreView {
  const ranking = rankRows(labels, scores);
  return {
    labels: Int32Array.from(labels),
    decided: Int32Array.from(scores, (score) => (score >= threshold ? 1 : 0)),
    classes: 2,
    rankings: () => [ranking],
  };
}

/** 1 where the class that was decided is the true one. */
export function rightOf({ labels, decided }: Pick<DecidedView, "labels" | "decided">): Uint8Array {
  return Uint8Array.from(labels, (label, row) => (label === decided[row] ? 1 : 0));
}

function checkNumbers(targets: ArrayLike<number>, values: ArrayLike<number>): void {
  checkRows(targets, values.length, "values");
  checkFinite(targets, "target");
  checkFinite(values, "value");
}

function once<T extends object>(compute: () => T): () => T {
  let value: T | undefined;
  return () => {
    value ??= compute();
    return value;
  };
}
