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

export interface MinGate<M extends string = string> {
  readonly kind: "min";
  readonly metric: M;
  readonly bound: number;
}

export interface EvenIfTrivial {
  readonly kind: "even-if-trivial";
}

export type Gate<M extends string = string> = MinGate<M> | EvenIfTrivial;

export const gate: {
  /** The network's `metric` on the test part must be at least `bound`, or nothing is deployed. */
  min<const M extends ClassifierMetric | RegressorMetric>(metric: M, bound: number): MinGate<M>;
  /**
   * Deploys also a network that loses no less on the test part than the best answer that looks at no row (always one
   * class, the mean). Without it, such a network ends the run with `gate-failed`.
   */
  evenIfTrivial(): EvenIfTrivial;
} = {
  evenIfTrivial: () => ({ kind: "even-if-trivial" }),
  min(metric, bound) {
    checkWord("gate.min: the metric", metric, [...gateMetrics.classifier, ...gateMetrics.regressor]);
    if (!Number.isFinite(bound))
      refuse(`gate.min("${metric}"): the bound is ${shown(bound)}.`, "Give the bound as a number.");
    return { kind: "min", metric, bound };
  },
};
