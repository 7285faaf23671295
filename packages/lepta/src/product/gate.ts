// `gate.…`: the bars that a trained model must clear on the held-out part before it is deployed.
import {
  type Direction,
  type Metric,
  type MetricNameFor,
  type MetricNameOf,
  type TaskFamily,
  taskFamilies,
  taskFamily,
} from "@lepta/ml";
import { checkKeys, checkText, checkWord, refuse, shown } from "./checks.ts";

export type ClassifierMetric = MetricNameFor<"class">;
export type RegressorMetric = MetricNameFor<"number">;

type More = MetricNameOf<"higher">;
type Less = MetricNameOf<"lower">;

/** What a gate judges. */
interface Judging {
  /** One of the task's models. Default: the challenger, which is the best of the models beside the simplest. */
  readonly of?: string;
}

export interface BoundGate<M extends string = string> extends Judging {
  readonly kind: "min" | "max";
  readonly metric: M;
  readonly bound: number;
}

export interface CostGate extends Judging {
  readonly kind: "cost";
  readonly bound: number;
}

/** What a model can be held to beside a bound. */
export const rivals = ["baseline", "champion"] as const;
export type Rival = (typeof rivals)[number];

export interface NoWorseGate<M extends string = string> extends Judging {
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
  /** The judged model's `metric`, of which more is better, must be at least `bound` on the test part. */
  min<const M extends More>(metric: M, bound: number, options?: Judging): BoundGate<M>;
  /** The judged model's `metric`, of which less is better, must be at most `bound` on the test part. */
  max<const M extends Less>(metric: M, bound: number, options?: Judging): BoundGate<M>;
  /** The judged model's mean cost a row of the test part must be at most `bound`, in the unit of the task's costs. */
  cost(bound: number, options?: Judging): CostGate;
  /**
   * The judged model must be no worse on the same test rows, in a metric or in "cost", than the baseline (the task's
   * simplest model), or than the champion: the model that answers for the product now. Rows that the champion learnt
   * from are left out, and its decisions are those of its own threshold. With no champion yet, or where this very model
   * is in service, the gate is passed.
   * @param options.by how much worse it may be; default 0
   */
  noWorseThan<const M extends More | Less>(
    than: Rival,
    metric: M | "cost",
    options?: Judging & { readonly by?: number },
  ): NoWorseGate<M>;
  /**
   * Deploys also a challenger that loses no less on the test part than the best answer that looks at no row (always one
   * class, the mean). Without it, such a challenger ends the run with `gate-failed`.
   */
  evenIfTrivial(): EvenIfTrivial;
} = {
  min: (metric, bound, options) => boundGate("min", metric, bound, options),
  max: (metric, bound, options) => boundGate("max", metric, bound, options),
  cost(bound, options) {
    checkBound("gate.cost", bound);
    return { kind: "cost", bound, ...judged("gate.cost", options) };
  },
  noWorseThan(than, metric, options = {}) {
    checkWord("gate.noWorseThan: what to compare with", than, rivals);
    checkWord("gate.noWorseThan: the metric", metric, [...namesBy("higher"), ...namesBy("lower"), "cost"]);
    checkKeys("gate.noWorseThan(…)", options, ["by", "of"]);
    const { by = 0, ...judging } = options;
    if (!(Number.isFinite(by) && by >= 0))
      refuse(`gate.noWorseThan: by is ${shown(by)}.`, "Give a number of 0 or more.");
    return { kind: "no-worse", than, metric, by, ...judged("gate.noWorseThan", judging) };
  },
  evenIfTrivial: () => ({ kind: "even-if-trivial" }),
};

const directions: Readonly<Record<"min" | "max", Direction>> = { min: "higher", max: "lower" };

function boundGate<M extends string>(kind: "min" | "max", metric: M, bound: number, options?: Judging): BoundGate<M> {
  checkWord(`gate.${kind}: the metric`, metric, namesBy(directions[kind]));
  checkBound(`gate.${kind}("${metric}")`, bound);
  return { kind, metric, bound, ...judged(`gate.${kind}`, options) };
}

function judged(what: string, options: Judging = {}): Judging {
  checkKeys(`${what}(…)`, options, ["of"]);
  if (options.of === undefined) return {};
  checkText(`${what}: the model`, options.of);
  return { of: options.of };
}

/** The metrics that a product's task may have, by its maker. */
export function gateMetrics(maker: string): readonly Metric[] {
  return metricsOf([taskFamily(maker)]);
}

/** Metrics of the families' tasks, each once. */
function metricsOf(families: readonly TaskFamily[]): readonly Metric[] {
  const all = families.flatMap(({ tasks }) => tasks.flatMap((task) => task.metrics));
  return [...new Map(all.map((metric) => [metric.name, metric])).values()];
}

function namesBy(direction: Direction): string[] {
  return metricsOf(taskFamilies()).flatMap((metric) => (metric.direction === direction ? metric.name : []));
}

function checkBound(what: string, bound: unknown): void {
  if (!Number.isFinite(bound)) refuse(`${what}: the bound is ${shown(bound)}.`, "Give the bound as a number.");
}
