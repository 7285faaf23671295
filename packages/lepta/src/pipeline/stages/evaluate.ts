// Stage 3: every candidate on the held-out test part, at the threshold that the costs choose on rows held out of it.
import { measureTrained, overlapText, type Predictions, type Task, taskOverlap } from "@lepta/ml";
import type { JsonObject } from "../../json.ts";
import type { MeasuredModel } from "../../learning/learn.ts";
import { type TableKey, testRows } from "../../learning/learning-table.ts";
import type { Gate } from "../../product/gate.ts";
import type { Costs } from "../../product/tabular.ts";
import { type GateResult, gatesText } from "../../text/gates-text.ts";
import { absentText, confusionText, metricsText } from "../../text/metrics-text.ts";
import { formatCount, formatFigure } from "../../text/numbers.ts";
import { trivialLines } from "../../text/trivial-lines.ts";
import { besideChampion, type ChampionBeside, type InService, inServiceOf } from "../champion.ts";
import { checkTrivial } from "../check-trivial.ts";
import type { Evaluated } from "../evaluated.ts";
import { type GateFigures, gateResults } from "../gates.ts";
import { headlineOf } from "../headline.ts";
import { StageRefusal } from "../run-stage.ts";
import type { Stage } from "../stage.ts";
import { openTrained, type Trained } from "../trained.ts";
import type { DataOutput } from "./data.ts";

/** A product's gate as plain JSON. */
type GateInput = Gate & JsonObject;

export type EvaluateInput = {
  readonly table: TableKey;
  readonly trained: Trained;
  readonly costs: { readonly falseNegative: number; readonly falsePositive: number } | null;
  readonly gates: readonly GateInput[];
  /** What gates on the champion compare with; null where there is none. */
  readonly beside: InService | null;
};

export type EvaluateOutput = Evaluated & { readonly gates: readonly GateResult[] };

/** Throws `gate-failed`, with the figures that the stage would have put out, for a gate that is not cleared. */
function checkGates(output: EvaluateOutput): void {
  const failed = output.gates.filter(({ passed }) => !passed);
  if (failed.length === 0) return;
  const figure = (value: number | null): string => (value === null ? "not there" : formatFigure(value));
  const sentences = failed.map(
    ({ gate, model, measured, bound, note }) =>
      `"${gate}": on the test part it is ${figure(measured)} for ${model}, the bound ${figure(bound)}${note === undefined ? "" : ` (${note})`}`,
  );
  throw new StageRefusal(
    "gate-failed",
    `${failed.length === 1 ? "A gate is" : "Gates are"} not cleared: ${sentences.join("; ")}. Nothing was deployed.`,
    "Look for better data or columns, or change the gate in the product file.",
    output,
  );
}

/** Names of the models that gates compare with the champion. */
function besideNames(gates: readonly Gate[], challenger: string): Set<string> {
  return new Set(
    gates.flatMap((one) => (one.kind === "no-worse" && one.than === "champion" ? [one.of ?? challenger] : [])),
  );
}

function gateFigures({ metrics, costs: rule }: Task, costs: Costs | null): GateFigures {
  return {
    metrics,
    championFigure(name) {
      if (name !== "cost") return metrics.find((metric) => metric.name === name);
      if (rule === undefined || costs === null) return undefined;
      return { rowCosts: (predictions: Predictions) => rule.rowCosts(predictions, costs) };
    },
  };
}

export const evaluateStage: Stage<
  "evaluate",
  EvaluateInput,
  EvaluateOutput,
  { readonly data: DataOutput; readonly train: Trained }
> = {
  name: "evaluate",
  help: {
    does: "every model on the test part; the threshold that costs least on validation rows; the gates",
    dependsOn: "the table, the models, costs, gates; with a gate on the champion, the models in service",
  },
  async input({ name, task, gates }, { data, train }, { client }) {
    const besides = gates.some((one) => one.kind === "no-worse" && one.than === "champion");
    return {
      table: data.source,
      trained: train,
      costs: task.costs ? { ...task.costs } : null,
      gates: gates.map((one) => ({ ...one })),
      beside: besides ? await inServiceOf(client, name) : null,
    };
  },
  async run({ table: key, trained, costs, gates, beside }, tools) {
    const learning = await tools.table(key);
    const test = testRows(learning);
    const { challenger } = trained;
    const wanted = besideNames(gates, challenger);
    const models: MeasuredModel[] = [];
    const champions = new Map<string, ChampionBeside>();
    let overlap: string | undefined;
    for (const [done, one] of trained.models.entries()) {
      tools.report({ type: "progress", label: "evaluate", done, total: trained.models.length });
      const opened = await openTrained(trained, one, key, tools);
      overlap = overlapText(taskOverlap(opened, test));
      const { evaluation, predictions } = await measureTrained(opened, test, { costs, seed: key.seed });
      models.push({ model: one.model, ...evaluation });
      if (beside !== null && wanted.has(one.model))
        champions.set(one.model, await besideChampion(tools, beside, key, test, predictions));
    }
    const output = {
      rows: test.rowCount,
      overlap: overlap ?? null,
      models,
      challenger,
      gates: gateResults(gates, models, challenger, gateFigures(learning.task, costs), champions),
    };
    checkGates(output);
    if (!gates.some(({ kind }) => kind === "even-if-trivial")) checkTrivial(output);
    return output;
  },
  describe: ({ rows, models, challenger, overlap, gates }) => {
    const judged = models.find(({ model }) => model === challenger);
    return [
      ...(overlap === null ? [] : [`warning: ${overlap}`]),
      `on ${formatCount(rows)} rows that no model has seen, with 95 % intervals`,
      ...metricsText(Object.fromEntries(models.map(({ model, metrics }) => [model, metrics])), judged?.trivial),
      ...absentText(judged?.absent ?? []),
      ...models.flatMap(({ model, trivial }) => trivialLines(model, trivial)),
      ...models.flatMap(({ model, threshold, meanCost, confusion }) => {
        if (confusion === null) return [];
        const at = threshold === null ? "" : ` from ${formatFigure(threshold)} on`;
        const costing = meanCost === null ? "" : `, mean cost ${formatFigure(meanCost)}`;
        return [
          `${model}${at}${costing}`,
          ...confusionText(confusion.labels, confusion.counts).map((line) => `  ${line}`),
        ];
      }),
      ...gatesText(gates),
    ];
  },
  summary: ({ rows, models, gates }) => ({
    rows,
    gates: [...gates],
    headline: headlineOf(models),
    metrics: models.map(({ model, metrics, meanCost, threshold }) => ({
      model,
      ...Object.fromEntries(Object.values(metrics).map(({ title, value }) => [title, value])),
      ...(meanCost === null ? {} : { "mean cost": meanCost }),
      ...(threshold === null ? {} : { threshold }),
    })),
  }),
};
