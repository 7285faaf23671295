// Whether the network clears the product's gates, each with what was measured and what it was held to.
import type { MetricName } from "@lepta/ml";
import { type Gate, lessIsBetter } from "../product/gate.ts";
import type { Evaluation } from "./evaluation.ts";
import { metricTitle } from "./metrics-text.ts";
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
};

function figureOf({ metrics, meanCost }: Evaluation, metric: string): number | null {
  return metric === "cost" ? meanCost : (metrics[metric as MetricName]?.value ?? null);
}

const title = (metric: string): string => (metric === "cost" ? "mean cost" : metricTitle(metric as MetricName));

export function gateResults(gates: readonly Gate[], models: Readonly<Record<Role, Evaluation>>): GateResult[] {
  return gates.flatMap((one) => {
    if (one.kind === "even-if-trivial") return [];
    const metric = one.kind === "cost" ? "cost" : one.metric;
    const less = lessIsBetter(metric);
    const measured = figureOf(models.network, metric);
    let bound: number | null;
    let gate: string;
    if (one.kind === "no-worse") {
      const baseline = figureOf(models.baseline, metric);
      bound = baseline === null ? null : less ? baseline + one.by : baseline - one.by;
      gate = `${title(metric)} no worse than the baseline's${one.by === 0 ? "" : ` by more than ${formatFigure(one.by)}`}`;
    } else {
      bound = one.bound;
      gate = `${title(metric)} at ${less ? "most" : "least"} ${formatFigure(one.bound)}`;
    }
    const passed = measured !== null && bound !== null && (less ? measured <= bound : measured >= bound);
    return [{ gate, measured, bound, passed }];
  });
}

export function gatesText(results: readonly GateResult[]): string[] {
  if (results.length === 0) return [];
  const figure = (value: number | null): string => (value === null ? "none" : formatFigure(value));
  return textTable([
    ["gate", "network", "bound", ""],
    ...results.map(({ gate, measured, bound, passed }) => [
      gate,
      figure(measured),
      figure(bound),
      passed ? "passed" : "failed",
    ]),
  ]);
}
