// What every model takes and gives, whatever its architecture.
import type { Tensor } from "@lepta/nn";

/** The features of rows as a matrix, row-major. */
export interface Matrix {
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** What is to be predicted: class indices, or standardised numbers. */
export type Target =
  | { readonly kind: "classes"; readonly values: Int32Array; readonly classes: number }
  | { readonly kind: "numbers"; readonly values: Float64Array };

/** Progress of a training: `epoch` of at most `total`. */
export interface ModelEvent {
  readonly epoch: number;
  readonly total: number;
  /** On the rows trained on. */
  readonly loss: number;
  /** On rows held out, by what was trained without them. */
  readonly heldOutLoss?: number;
  /** Their predictions, row-major [rows, outputs]; NaN for a row that is never held out. */
  readonly heldOut?: Float32Array;
}

export interface FitModelOptions {
  readonly x: Matrix;
  readonly target: Target;
  /** Parts of the rows, each held out in turn: the row numbers of each. At least one. */
  readonly heldOut: readonly Int32Array[];
  readonly seed: number;
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ModelEvent) => void;
}

export interface FittedModel {
  /** From features [N, columns] to probabilities [N, classes], or to numbers [N, 1]; float32. */
  readonly predict: (x: Tensor) => Tensor;
  /**
   * Predictions of each row by what was trained without it, row-major [rows, outputs]; NaN for a row that was never
   * held out.
   */
  readonly heldOut: Float32Array;
  /** Epochs (or iterations) that the returned parameters were trained for. */
  readonly epochs: number;
}
