// What a task is: the entry that says what it learns from a target, with which models, and how it is measured.
import type { ColumnType, SchemaTarget, Table } from "@lepta/data";
import type { Tensor } from "@lepta/nn";
import type { Views } from "../evaluate/kinds/index.ts";
import type { Metric } from "../evaluate/metrics/metric.ts";
import type { FormOf, Predictions, PredictionsOf } from "../evaluate/predictions.ts";
import type { CostMatrix } from "../evaluate/threshold.ts";
import type { Model, Target } from "../models/model.ts";
import type { OutcomeForm, OutcomeKind } from "../outcomes/index.ts";

/** A target made ready to learn, and the way back from what a model answers. */
export interface PreparedTarget {
  readonly target: Target;
  /** The model's answer [N, width] as the outcome's first output, for example in the target's own unit. */
  readonly head: (answer: Tensor) => Tensor;
  /** The same of numbers, row-major [rows, width]. */
  readonly restored: (answers: Float32Array) => Float32Array | Float64Array;
}

/** How costs of wrong decisions choose the decision. */
export interface CostRule<P extends Predictions = Predictions, F extends OutcomeForm = OutcomeForm> {
  /** The threshold with the least cost on rows held out of the training. */
  threshold(heldOut: P, costs: CostMatrix): number;
  /** What the decision of each row costs. */
  rowCosts(predictions: P, costs: CostMatrix): Float64Array;
  /** cost[actual][answered], of each label. */
  matrix(form: F, costs: CostMatrix): Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** A task whose outcomes are of one kind. */
export type TaskOf<K extends OutcomeKind> = Task<FormOf<K>, PredictionsOf<K>, Views[K]>;

export interface Task<F extends OutcomeForm = OutcomeForm, P extends Predictions = Predictions, View = unknown> {
  /** As manifests, the wire and the store have it. */
  readonly name: string;
  readonly kind: F["kind"];
  /** The tag of a Hugging Face model card. */
  readonly tag: string;
  /** Whether it can learn such a target. */
  accepts(target: SchemaTarget): boolean;
  /** What all of its outcomes have in common; a threshold comes with costs. */
  form(target: SchemaTarget): F;
  /** Throws `training-rows-invalid` where the rows are too few, or too much alike, to learn from. */
  prepare(rows: Table, target: SchemaTarget): PreparedTarget;
  /** The first decides between models. */
  readonly metrics: readonly Metric<View>[];
  /** Candidates, the simplest first; the last is trained where none is asked for. */
  readonly models: readonly Model[];
  /** Models beside the candidates, which are trained where they are asked for by name. Default: none. */
  readonly otherModels?: readonly Model[];
  /** Absent where no decision follows from its outcomes. */
  readonly costs?: CostRule<P, F>;
}

/** Tasks that one way of asking chooses among, by the target that the data have. */
export interface TaskFamily {
  /** As `--task` has it. */
  readonly name: string;
  /** As product files have it: `tabular.<maker>()`. */
  readonly maker: string;
  /** The type that the target's column is read as. */
  readonly targetType: ColumnType;
  /** Whether the target's values are classes, even where they are numbers. */
  readonly classes: boolean;
  readonly tasks: readonly Task[];
  /** Names of the options that the maker takes. */
  readonly options: readonly string[];
  /** What is wrong with options of a product file, whose names are known; undefined where nothing is. */
  problem?(options: Readonly<Record<string, unknown>>, about: ProductTarget): OptionProblem | undefined;
}

/** What a product file says of the target. */
export interface ProductTarget {
  readonly positive: string | undefined;
}

export interface OptionProblem {
  readonly message: string;
  readonly fix: string;
}
