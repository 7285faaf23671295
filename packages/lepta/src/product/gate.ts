// `gate.min(…)`: the bar that a trained model must clear on the held-out part before it is deployed.
import { checkWord, refuse, shown } from "./checks.ts";

/** Metrics of a classifier where more is better. */
export type ClassifierMetric = "auc" | "averagePrecision" | "accuracy" | "f1Macro";
/** Metrics of a regressor where more is better. */
export type RegressorMetric = "r2";

export const gateMetrics: {
  readonly classifier: readonly ClassifierMetric[];
  readonly regressor: readonly RegressorMetric[];
} = { classifier: ["auc", "averagePrecision", "accuracy", "f1Macro"], regressor: ["r2"] };

export interface Gate<M extends string = string> {
  readonly kind: "min";
  readonly metric: M;
  readonly bound: number;
}

export const gate: {
  /** The network's `metric` on the test part must be at least `bound`, or nothing is deployed. */
  min<const M extends ClassifierMetric | RegressorMetric>(metric: M, bound: number): Gate<M>;
} = {
  min(metric, bound) {
    checkWord("gate.min: the metric", metric, [...gateMetrics.classifier, ...gateMetrics.regressor]);
    if (!Number.isFinite(bound))
      refuse(`gate.min("${metric}"): the bound is ${shown(bound)}.`, "Give the bound as a number.");
    return { kind: "min", metric, bound };
  },
};
