// `gate.min(…)`: the bar that a trained model must clear on the held-out part before it is deployed.

/** Metrics of a classifier where more is better. */
export type ClassifierMetric = "auc" | "averagePrecision" | "accuracy" | "f1Macro";
/** Metrics of a regressor where more is better. */
export type RegressorMetric = "r2";

export interface Gate<M extends string = string> {
  readonly kind: "min";
  readonly metric: M;
  readonly bound: number;
}

export const gate: {
  /** The network's `metric` on the test part must be at least `bound`, or nothing is deployed. */
  min<const M extends ClassifierMetric | RegressorMetric>(metric: M, bound: number): Gate<M>;
} = {
  min: (metric, bound) => ({ kind: "min", metric, bound }),
};
