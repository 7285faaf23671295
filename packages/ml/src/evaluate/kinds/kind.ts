// What measuring knows of a kind of outcome: its view, its usual metrics, what a constant answer reaches, its confusion.
import type { Table } from "@lepta/data";
import type { OutcomeForm, OutcomeKind, Outcomes } from "../../outcomes/index.ts";
import type { ConfusionMatrix } from "../confusion.ts";
import type { Metric, MetricValues } from "../metrics/metric.ts";
import type { Predictions } from "../predictions.ts";
import type { CostMatrix } from "../threshold.ts";
import type { Gain } from "../trivial-gain.ts";

/** What the rows learnt from say of the target alone. Plain JSON. */
export type Constant =
  | { readonly kind: "class"; readonly shares: readonly number[] }
  | { readonly kind: "number"; readonly mean: number; readonly median: number }
  | { readonly kind: "series"; readonly means: readonly number[] }
  | { readonly kind: "score"; readonly share: number };

/** The answer that looks at no row. */
export interface ConstantAnswer {
  readonly policy: string;
  readonly metrics: MetricValues;
  /** Mean cost a row; null without costs. */
  readonly meanCost: number | null;
  /** Of the model over it. */
  readonly gain: Gain;
}

export interface ConstantOptions {
  readonly metrics: readonly Metric[];
  /** Of two classes. */
  readonly costs: CostMatrix | null;
  readonly groups: Int32Array | undefined;
}

export interface Kind<K extends OutcomeKind, View> {
  /** Throws predictions-invalid. */
  readonly view: (predictions: Of<Predictions, K>) => View;
  /** Those of a task that names no others, the deciding one first. */
  readonly metrics: readonly Metric<View>[];
  /** The truth in a table's column, missing ones as "" or NaN. Throws `predictions-invalid` where it holds none. */
  readonly labels: (table: Table, target: string) => Of<Predictions, K>["labels"];
  /** The first output of many rows' outcomes: probabilities, values or scores, row-major. */
  readonly outputs: (outcomes: Of<Outcomes, K>) => Float32Array | Float64Array;
  /** The same of predictions. */
  readonly predicted: (predictions: Of<Predictions, K>) => ArrayLike<number>;
  /** Outputs beside the truth. */
  readonly pair: (
    form: Of<OutcomeForm, K>,
    outputs: Float32Array | Float64Array,
    labels: Of<Predictions, K>["labels"],
  ) => Of<Predictions, K>;
  /** The predictions of some rows, in that order. */
  readonly take: (predictions: Of<Predictions, K>, rows: ArrayLike<number>) => Of<Predictions, K>;
  /**
   * Another model's predictions of the same rows with the truth and the classes of `wanted`, decided at its own threshold;
   * a class that it does not know has probability 0. undefined where its answers are no such.
   */
  readonly alike: (own: Of<Predictions, K>, wanted: Of<Predictions, K>) => Of<Predictions, K> | undefined;
  /** Rows within which a resample is drawn, by their number; absent: within all. */
  readonly strata?: (predictions: Of<Predictions, K>) => Int32Array;
  readonly constant: (labels: Of<Predictions, K>["labels"], form: Of<OutcomeForm, K>) => Of<Constant, K>;
  readonly answer: (
    predictions: Of<Predictions, K>,
    constant: Of<Constant, K>,
    options: ConstantOptions,
  ) => ConstantAnswer;
  /** undefined where answers are no classes, or there are none to tell apart. */
  readonly confusion?: (predictions: Of<Predictions, K>) => ConfusionMatrix;
  /** What the constant says where it was read from outside; undefined where it fits the form. */
  readonly problem: (constant: Readonly<Record<string, unknown>>, form: Of<OutcomeForm, K>) => string | undefined;
}

export type Of<Union extends { readonly kind: OutcomeKind }, K extends OutcomeKind> = Extract<
  Union,
  { readonly kind: K }
>;
