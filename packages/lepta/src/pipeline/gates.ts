// Whether the models clear the product's gates: each gate with what it judges, what was measured and what it was held to.
import { advantage, type Direction, type Figure, type MeasuredMetric } from "@lepta/ml";
import type { MeasuredModel } from "../learning/learn.ts";
import type { Gate, NoWorseGate } from "../product/gate.ts";
import type { GateResult } from "../text/gates-text.ts";
import { formatFigure } from "../text/numbers.ts";
import type { ChampionBeside } from "./champion.ts";

/** A figure that gates go by. */
interface Judged {
  readonly title: string;
  readonly direction: Direction;
  readonly of: (model: MeasuredModel) => number | null;
  /** How the champion is compared in it; undefined where it has none. */
  readonly figure: Figure | undefined;
}

const costs: Omit<Judged, "figure"> = {
  title: "mean cost",
  direction: "lower",
  of: ({ meanCost }) => meanCost,
};

/** What gates on metrics and on cost compare models by. */
export interface GateFigures {
  /** Metrics by name, as the task has them; for metrics that no model has, too. */
  readonly metrics: readonly (Pick<MeasuredMetric, "title" | "direction"> & { readonly name: string })[];
  readonly championFigure: (metric: string) => Figure | undefined;
}

function judgedBy(metric: string, { metrics, championFigure }: GateFigures): Judged {
  const figure = championFigure(metric);
  if (metric === "cost") return { ...costs, figure };
  const { title, direction } = metrics.find(({ name }) => name === metric) ?? { title: metric, direction: "higher" };
  return { title, direction, figure, of: ({ metrics: measured }) => measured[metric]?.value ?? null };
}

const holds = ({ direction }: Judged, measured: number | null, bound: number | null): boolean =>
  measured !== null && bound !== null && advantage({ direction }, measured, bound) >= 0;

/** What is no worse than a rival's figure. */
const boundBeside = ({ direction }: Judged, { by }: NoWorseGate, figure: number | null): number | null =>
  figure === null ? null : direction === "lower" ? figure + by : figure - by;

const noWorseTitle = ({ title }: Judged, { than, by }: NoWorseGate): string =>
  `${title} no worse than the ${than}'s${by === 0 ? "" : ` by more than ${formatFigure(by)}`}`;

/** A gate on the champion: both figures are of the rows that it did not learn from. */
function championResult(one: NoWorseGate, by: Judged, model: MeasuredModel, champion: ChampionBeside): GateResult {
  const about = { gate: noWorseTitle(by, one), model: model.model, note: champion.note };
  if ("passed" in champion) return { ...about, measured: by.of(model), bound: null, passed: champion.passed };
  const beside = by.figure === undefined ? undefined : champion.figure(by.figure);
  const measured = beside?.first ?? null;
  const bound = boundBeside(by, one, beside?.second ?? null);
  const { value, low, high } = beside?.difference ?? {};
  return {
    ...about,
    measured,
    bound,
    passed: holds(by, measured, bound),
    ...(value === undefined || low === undefined || high === undefined ? {} : { difference: { value, low, high } }),
  };
}

/**
 * @param models the simplest first: it is the baseline
 * @param challenger name of the model that gates judge where they name none
 * @param champions beside each judged model; a gate on the champion needs it
 */
export function gateResults(
  gates: readonly Gate[],
  models: readonly MeasuredModel[],
  challenger: string,
  figures: GateFigures,
  champions: ReadonlyMap<string, ChampionBeside>,
): GateResult[] {
  return gates.flatMap((one) => {
    if (one.kind === "even-if-trivial") return [];
    const judgedName = one.of ?? challenger;
    const model = models.find((each) => each.model === judgedName);
    const by = judgedBy(one.kind === "cost" ? "cost" : one.metric, figures);
    if (model === undefined) {
      const note = "no such model was trained";
      return [{ gate: by.title, model: judgedName, measured: null, bound: null, passed: false, note }];
    }
    if (one.kind === "no-worse" && one.than === "champion") {
      const champion = champions.get(model.model);
      return champion === undefined ? [] : [championResult(one, by, model, champion)];
    }
    const measured = by.of(model);
    const [baseline] = models;
    const bound =
      one.kind === "no-worse" ? boundBeside(by, one, baseline === undefined ? null : by.of(baseline)) : one.bound;
    const gate =
      one.kind === "no-worse"
        ? noWorseTitle(by, one)
        : `${by.title} at ${by.direction === "lower" ? "most" : "least"} ${formatFigure(one.bound)}`;
    return [{ gate, model: model.model, measured, bound, passed: holds(by, measured, bound) }];
  });
}
