// How each kind of outcome is measured.
import type { Table } from "@lepta/data";
import type { OutcomeForm, OutcomeKind, Outcomes } from "../../outcomes/index.ts";
import type { MetricName, Metrics } from "../metrics/index.ts";
import type { Direction, Metric } from "../metrics/metric.ts";
import type { Predictions } from "../predictions.ts";
import type { ClassView, NumberView, ScoreView } from "../views.ts";
import { classKind } from "./class.ts";
import type { Constant, ConstantAnswer, ConstantOptions, Kind } from "./kind.ts";
import { numberKind } from "./number.ts";
import { scoreKind } from "./score.ts";
import { seriesKind } from "./series.ts";

/** What the metrics of each kind of outcome are computed from. */
export interface Views {
  readonly class: ClassView;
  readonly number: NumberView;
  readonly series: NumberView;
  readonly score: ScoreView;
}

/** Names of the house's metrics that a kind of outcome can have. */
export type MetricNameFor<K extends OutcomeKind> = {
  [N in MetricName]: Metrics[N] extends Metric<infer V, N, Direction> ? (Views[K] extends V ? N : never) : never;
}[MetricName];

const kinds: { readonly [K in OutcomeKind]: Kind<K, Views[K]> } = {
  class: classKind,
  number: numberKind,
  series: seriesKind,
  score: scoreKind,
};

/** A kind whose arguments are all of that kind: which one is known when it runs. */
interface AnyKind {
  readonly view: (predictions: Predictions) => unknown;
  readonly metrics: readonly Metric<unknown>[];
  readonly labels: (table: Table, target: string) => Predictions["labels"];
  readonly outputs: (outcomes: Outcomes) => Float32Array | Float64Array;
  readonly predicted: (predictions: Predictions) => ArrayLike<number>;
  readonly pair: (
    form: OutcomeForm,
    outputs: Float32Array | Float64Array,
    labels: Predictions["labels"],
  ) => Predictions;
  readonly take: (predictions: Predictions, rows: ArrayLike<number>) => Predictions;
  readonly alike: (own: Predictions, wanted: Predictions) => Predictions | undefined;
  readonly strata?: (predictions: Predictions) => Int32Array;
  readonly constant: (labels: Predictions["labels"], form: OutcomeForm) => Constant;
  readonly answer: (predictions: Predictions, constant: Constant, options: ConstantOptions) => ConstantAnswer;
  readonly confusion?: NonNullable<Kind<"class", unknown>["confusion"]>;
  readonly problem: (constant: Readonly<Record<string, unknown>>, form: OutcomeForm) => string | undefined;
}

export function kindOf({ kind }: { readonly kind: OutcomeKind }): AnyKind {
  return kinds[kind] as unknown as AnyKind;
}
