// `gate.…`: the bars that a trained model must clear on the held-out part before it is deployed.
import { checkKeys, checkWord, refuse, shown } from "./checks.ts";

/** Of a classifier: where more is better, and where less is. */
type ClassifierMore = "auc" | "averagePrecision" | "accuracy" | "f1Macro";
type ClassifierLess = "logLoss" | "ece";
type RegressorMore = "r2";
type RegressorLess = "rmse" | "mae";
export type ClassifierMetric = ClassifierMore | ClassifierLess;
export type RegressorMetric = RegressorMore | RegressorLess;
type More = ClassifierMore | RegressorMore;
type Less = ClassifierLess | RegressorLess;

const more: readonly More[] = ["auc", "averagePrecision", "accuracy", "f1Macro", "r2"];
const less: readonly Less[] = ["logLoss", "ece", "rmse", "mae"];

/** Metrics that each kind of task has. */
export const gateMetrics: {
  readonly classifier: readonly ClassifierMetric[];
  readonly regressor: readonly RegressorMetric[];
} = {
  classifier: ["auc", "averagePrecision", "accuracy", "f1Macro", "logLoss", "ece"],
  regressor: ["r2", "rmse", "mae"],
};

export interface BoundGate<M extends string = string> {
  readonly kind: "min" | "max";
  readonly metric: M;
  readonly bound: number;
}

export interface CostGate {
  readonly kind: "cost";
  readonly bound: number;
}

/** What a network can be held to beside a bound. */
export const rivals = ["baseline", "champion"] as const;
export type Rival = (typeof rivals)[number];

export interface NoWorseGate<M extends string = string> {
  readonly kind: "no-worse";
  readonly than: Rival;
  readonly metric: M | "cost";
  readonly by: number;
}

export interface EvenIfTrivial {
  readonly kind: "even-if-trivial";
}

export type Gate<M extends string = string> = BoundGate<M> | CostGate | NoWorseGate<M> | EvenIfTrivial;

export const gateKinds: readonly Gate["kind"][] = ["min", "max", "cost", "no-worse", "even-if-trivial"];

export const gate: {
  /** The network's `metric`, of which more is better, must be at least `bound` on the test part. */
  min<const M extends More>(metric: M, bound: number): BoundGate<M>;
  /** The network's `metric`, of which less is better, must be at most `bound` on the test part. */
  max<const M extends Less>(metric: M, bound: number): BoundGate<M>;
  /** The network's mean cost a row of the test part must be at most `bound`, in the unit of the task's costs. */
  cost(bound: number): CostGate;
  /**
   * The network must be no worse on the same test rows, in a metric or in "cost", than the baseline, or than the
   * champion: the model that answers for the product now. Rows that the champion learnt from are left out, and its
   * decisions are those of its own threshold. With no champion yet, or where this very network is in service, the gate
   * is passed.
   * @param options.by how much worse it may be; default 0
   */
  noWorseThan<const M extends More | Less>(
    than: Rival,
    metric: M | "cost",
    options?: { readonly by?: number },
  ): NoWorseGate<M>;
  /**
   * Deploys also a network that loses no less on the test part than the best answer that looks at no row (always one
   * class, the mean). Without it, such a network ends the run with `gate-failed`.
   */
  evenIfTrivial(): EvenIfTrivial;
} = {
  min(metric, bound) {
    checkWord("gate.min: the metric", metric, more);
    checkBound(`gate.min("${metric}")`, bound);
    return { kind: "min", metric, bound };
  },
  max(metric, bound) {
    checkWord("gate.max: the metric", metric, less);
    checkBound(`gate.max("${metric}")`, bound);
    return { kind: "max", metric, bound };
  },
  cost(bound) {
    checkBound("gate.cost", bound);
    return { kind: "cost", bound };
  },
  noWorseThan(than, metric, options = {}) {
    checkWord("gate.noWorseThan: what to compare with", than, rivals);
    checkWord("gate.noWorseThan: the metric", metric, [...more, ...less, "cost"]);
    checkKeys("gate.noWorseThan(…)", options, ["by"]);
    const { by = 0 } = options;
    if (!(Number.isFinite(by) && by >= 0))
      refuse(`gate.noWorseThan: by is ${shown(by)}.`, "Give a number of 0 or more.");
    return { kind: "no-worse", than, metric, by };
  },
  evenIfTrivial: () => ({ kind: "even-if-trivial" }),
};

/** Whether less of it is better. */
export function lessIsBetter(metric: string): boolean {
  return metric === "cost" || less.some((name) => name === metric);
}

function checkBound(what: string, bound: unknown): void {
  if (!Number.isFinite(bound)) refuse(`${what}: the bound is ${shown(bound)}.`, "Give the bound as a number.");
}
