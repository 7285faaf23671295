// What every model takes and gives, whatever its architecture.
import type { Tensor } from "@lepta/nn";
import type { Encoding } from "../features/feature-state.ts";
import type { Space } from "../search/space.ts";
import type { Objective, TargetValues } from "./objectives/objective.ts";

/** The features of rows as a matrix, row-major. */
export interface Matrix {
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** What is to be predicted. */
export interface Target {
  readonly objective: Objective;
  /** One a row. */
  readonly values: TargetValues;
}

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
  /** From features [N, columns] to the objective's answers [N, width], float32. */
  readonly predict: (x: Tensor) => Tensor;
  /**
   * Predictions of each row by what was trained without it, row-major [rows, width]; NaN for a row that was never
   * held out.
   */
  readonly heldOut: Float32Array;
  /** Epochs (or iterations) that the returned parameters were trained for. */
  readonly epochs: number;
}

/** Values of a model's settings by name, as `space` has them. */
export type Settings = Readonly<Record<string, string | number | boolean | null>>;

/** A model: an entry of a task's candidates. */
export interface Model {
  /** As manifests and the command line have it. */
  readonly name: string;
  /** How features are encoded for it. */
  readonly encoding: Encoding;
  /** Names of the settings that `fit` takes. */
  readonly settings: readonly string[];
  /** Those that a search sets, and among what. */
  readonly space: Space;
  /** Settings that are absent have the model's defaults. Throws the engine's `loss-not-finite` and `training-aborted`. */
  readonly fit: (options: FitModelOptions, settings?: Settings) => Promise<FittedModel>;
}
