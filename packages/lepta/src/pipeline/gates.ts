// Whether the network clears the product's gates, each with what was measured and what it was held to.
import type { MetricName } from "@lepta/ml";
import { type Gate, lessIsBetter, type NoWorseGate } from "../product/gate.ts";
import type { Costs } from "../product/tabular.ts";
import type { ChampionBeside } from "./champion.ts";
import type { Evaluation } from "./evaluation.ts";
import { intervalText, metricTitle } from "./metrics-text.ts";
import { formatFigure } from "./numbers.ts";
import type { Role } from "./roles.ts";
import { textTable } from "./text-table.ts";

export type GateResult = {
  /** For example "AUC at least 0.75". */
  readonly gate: string;
  /** null where the test part has no such figure. */
  readonly measured: number | null;
  readonly bound: number | null;
  readonly passed: boolean;
  /** Of the network less the champion on the same rows, 95 %. */
  readonly difference?: { readonly value: number; readonly low: number; readonly high: number };
  /** On what it was measured, or why not. */
  readonly note?: string;
};

function figureOf({ metrics, meanCost }: Evaluation, metric: string): number | null {
  return metric === "cost" ? meanCost : (metrics[metric as MetricName]?.value ?? null);
}

const title = (metric: string): string => (metric === "cost" ? "mean cost" : metricTitle(metric as MetricName));

const holds = (metric: string, measured: number | null, bound: number | null): boolean =>
  measured !== null && bound !== null && (lessIsBetter(metric) ? measured <= bound : measured >= bound);

/** What is no worse than a rival's figure. */
const boundBeside = ({ metric, by }: NoWorseGate, figure: number | null): number | null =>
  figure === null ? null : lessIsBetter(metric) ? figure + by : figure - by;

const noWorseTitle = ({ metric, than, by }: NoWorseGate): string =>
  `${title(metric)} no worse than the ${than}'s${by === 0 ? "" : ` by more than ${formatFigure(by)}`}`;

/** A gate on the champion: both figures are of the rows that it did not learn from. */
function championResult(
  one: NoWorseGate,
  champion: ChampionBeside,
  network: Evaluation,
  costs: Costs | null,
): GateResult {
  const gate = noWorseTitle(one);
  const { note } = champion;
  if ("passed" in champion)
    return { gate, measured: figureOf(network, one.metric), bound: null, passed: champion.passed, note };
  const figure = one.metric === "cost" ? costs && { costs } : (one.metric as MetricName);
  const beside = figure === null ? undefined : champion.figure(figure);
  const measured = beside?.first ?? null;
  const bound = boundBeside(one, beside?.second ?? null);
  const { value, low, high } = beside?.difference ?? {};
  return {
    gate,
    measured,
    bound,
    passed: holds(one.metric, measured, bound),
    ...(value === undefined || low === undefined || high === undefined ? {} : { difference: { value, low, high } }),
    note,
  };
}

/** @param beside the champion, which a gate on it needs */
export function gateResults(
  gates: readonly Gate[],
  models: Readonly<Record<Role, Evaluation>>,
  beside: { readonly champion: ChampionBeside; readonly costs: Costs | null } | null,
): GateResult[] {
  return gates.flatMap((one) => {
    if (one.kind === "even-if-trivial") return [];
    if (one.kind === "no-worse" && one.than === "champion")
      return beside === null ? [] : [championResult(one, beside.champion, models.network, beside.costs)];
    const metric = one.kind === "cost" ? "cost" : one.metric;
    const measured = figureOf(models.network, metric);
    let bound: number | null;
    let gate: string;
    if (one.kind === "no-worse") {
      bound = boundBeside(one, figureOf(models.baseline, metric));
      gate = noWorseTitle(one);
    } else {
      bound = one.bound;
      gate = `${title(metric)} at ${lessIsBetter(metric) ? "most" : "least"} ${formatFigure(one.bound)}`;
    }
    return [{ gate, measured, bound, passed: holds(metric, measured, bound) }];
  });
}

export function gatesText(results: readonly GateResult[]): string[] {
  if (results.length === 0) return [];
  const figure = (value: number | null): string => (value === null ? "none" : formatFigure(value));
  const paired = results.some(({ difference }) => difference !== undefined);
  const notes = new Set(results.flatMap(({ note }) => note ?? []));
  return [
    ...textTable([
      ["gate", "network", "bound", ...(paired ? ["difference"] : []), ""],
      ...results.map(({ gate, measured, bound, difference, passed }) => [
        gate,
        figure(measured),
        figure(bound),
        ...(paired ? [difference === undefined ? "" : intervalText(difference)] : []),
        passed ? "passed" : "failed",
      ]),
    ]),
    ...notes,
  ];
}
