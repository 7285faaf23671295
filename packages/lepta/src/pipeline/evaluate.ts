// Stage 3: both models on the held-out test part, at the threshold that the costs choose on validation rows.
import { groupsOf, type Table, takeRows } from "@lepta/data";
import {
  type Constant,
  chooseThreshold,
  classIndices,
  confusionMatrix,
  decide,
  evaluatePredictions,
  type MetricName,
  meanCost,
  overlapText,
  positiveIndex,
  positiveScores,
  type TaskPredictions,
  taskOverlap,
} from "@lepta/ml";
import type { Gate } from "../product/gate.ts";
import type { Costs } from "../product/tabular.ts";
import { besideChampion, type InService } from "./champion.ts";
import type { Evaluation } from "./evaluation.ts";
import { type GateResult, gateResults, gatesText } from "./gates.ts";
import { headlineOf } from "./headline.ts";
import type { JsonObject } from "./json.ts";
import { absentMetrics, absentText, confusionText, type Metrics, metricsText, metricTitle } from "./metrics-text.ts";
import { formatCount, formatFigure } from "./numbers.ts";
import { type Role, roles } from "./roles.ts";
import { type Stage, StageRefusal } from "./stage.ts";
import { openTrained, type TrainOutput } from "./train.ts";
import { checkTrivial, constantOfTask, trivialFigures, trivialLines } from "./trivial.ts";
import type { Workplace } from "./workplace.ts";

/** A product's gate as plain JSON. */
type GateInput = Gate & JsonObject;

export type EvaluateInput = {
  readonly trained: TrainOutput;
  readonly splitHash: string;
  readonly costs: { readonly falseNegative: number; readonly falsePositive: number } | null;
  readonly gates: readonly GateInput[];
  /** Whether a model that is not shown to beat the trivial policy is deployed all the same. */
  readonly evenIfTrivial: boolean;
  /** The models in service, where a gate compares with the champion. */
  readonly inService: readonly InService[] | null;
  readonly seed: number;
};

export type Evaluated = {
  readonly rows: number;
  /** A sentence where test rows were learnt from, beyond what chance explains. */
  readonly overlap: string | null;
  readonly models: Readonly<Record<Role, Evaluation>>;
};

export type EvaluateOutput = Evaluated & { readonly gates: readonly GateResult[] };

type Binary = Extract<TaskPredictions, { readonly classes: readonly string[] }>;

/** Labels as 0 and 1, and the positive class's probabilities. */
function scoresOf(predictions: Binary): ReturnType<typeof positiveScores> {
  const { classes, positive, labels, probabilities } = predictions;
  return positiveScores(classIndices(labels, classes), probabilities, positiveIndex(classes, positive));
}

/** The threshold with the least cost on rows held out of the training. */
export function thresholdFor(heldOut: TaskPredictions, costs: Costs): number | null {
  if (heldOut.task !== "binary") return null;
  const { truth, scores } = scoresOf(heldOut);
  return chooseThreshold(truth, scores, costs).threshold;
}

/** The groups of rows that belong together, as intervals take them; undefined where every row is a case of its own. */
export function rowGroups(table: Table, group: string | undefined): Int32Array | undefined {
  return group === undefined ? undefined : groupsOf(table, group).groupOf;
}

/** Metrics with 95 % intervals (over draws of `groups`, else of rows), and the confusion matrix at the threshold. */
export function evaluationOf(
  predictions: TaskPredictions,
  {
    threshold,
    costs,
    seed,
    constant,
    groups,
  }: {
    threshold: number | null;
    costs: Costs | null;
    seed: number;
    constant: Constant;
    groups: Int32Array | undefined;
  },
): Evaluation {
  const trivial = trivialFigures(predictions, constant, { threshold, costs, groups });
  if (predictions.task === "regression") {
    const metrics = evaluatePredictions({ ...predictions, groups, seed }) as Metrics;
    return {
      metrics,
      absent: absentMetrics(metrics, ["r2"]),
      threshold: null,
      meanCost: null,
      confusion: null,
      trivial,
    };
  }
  const { classes, positive, labels, probabilities } = predictions;
  const metrics = evaluatePredictions({
    ...predictions,
    groups,
    seed,
    ...(threshold === null ? {} : { threshold }),
  }) as Metrics;
  const at = threshold === null ? undefined : { positive: positiveIndex(classes, positive), value: threshold };
  const decided = decide(probabilities, classes.length, at);
  const { counts } = confusionMatrix(classIndices(labels, classes), decided, classes);
  let cost: number | null = null;
  if (threshold !== null && costs !== null) {
    const { truth, scores } = scoresOf(predictions);
    cost = meanCost(truth, scores, threshold, costs);
  }
  const absent = absentMetrics(metrics, ["auc", "averagePrecision"]);
  return { metrics, absent, threshold, meanCost: cost, confusion: { labels: classes, counts }, trivial };
}

/** Throws `gate-failed`, with the figures that the stage would have put out, for a gate that is not cleared. */
function checkGates(output: EvaluateOutput): void {
  const failed = output.gates.filter(({ passed }) => !passed);
  if (failed.length === 0) return;
  const figure = (value: number | null): string => (value === null ? "not there" : formatFigure(value));
  const sentences = failed.map(
    ({ gate, measured, bound, note }) =>
      `"${gate}": on the test part it is ${figure(measured)}, the bound ${figure(bound)}${note === undefined ? "" : ` (${note})`}`,
  );
  throw new StageRefusal(
    "gate-failed",
    `The network does not clear ${failed.length === 1 ? "the gate" : "the gates"} ${sentences.join("; ")}. Nothing was deployed.`,
    "Look for better data or columns, or change the gate in the product file.",
    output,
  );
}

export const evaluateStage: Stage<Workplace, EvaluateInput, EvaluateOutput> = {
  name: "evaluate",
  async run(workplace, { trained, costs, gates, evenIfTrivial, inService, seed }, { report }) {
    const { table, schema, parts } = await workplace.learning();
    const test = takeRows(table, parts.test);
    const groups = rowGroups(test, schema.group);
    const models: Partial<Record<Role, Evaluation>> = {};
    let overlap: string | undefined;
    let network: Parameters<typeof besideChampion>[3] | undefined;
    for (const [done, role] of roles.entries()) {
      report({ type: "progress", label: "evaluate", done, total: roles.length });
      const task = await openTrained(workplace, trained, role);
      overlap = overlapText(taskOverlap(task, test));
      const threshold = costs === null ? null : thresholdFor(task.heldOut, costs);
      const constant = constantOfTask(task);
      const predictions = await task.predict(test);
      models[role] = evaluationOf(predictions, { threshold, costs, seed, constant, groups });
      if (role === "network") network = { predictions, threshold };
    }
    const both = models as Record<Role, Evaluation>;
    const champion =
      inService === null || network === undefined
        ? null
        : await besideChampion(workplace, inService, test, network, { group: schema.group, seed });
    const beside = champion && { champion, costs };
    const output = {
      rows: test.rowCount,
      overlap: overlap ?? null,
      models: both,
      gates: gateResults(gates, both, beside),
    };
    checkGates(output);
    if (!evenIfTrivial) checkTrivial(output);
    return output;
  },
  describe: ({ rows, models, overlap, gates }) => [
    ...(overlap === null ? [] : [`warning: ${overlap}`]),
    `on ${formatCount(rows)} rows that no model has seen, with 95 % intervals`,
    ...metricsText({ baseline: models.baseline.metrics, network: models.network.metrics }, models.network.trivial),
    ...absentText(models.network.absent),
    ...roles.flatMap((role) => trivialLines(role, models[role].trivial)),
    ...roles.flatMap((role) => {
      const { threshold, meanCost: cost, confusion } = models[role];
      if (confusion === null) return [];
      const at = threshold === null ? "" : ` from probability ${formatFigure(threshold)} on`;
      const costing = cost === null ? "" : `, mean cost ${formatFigure(cost)}`;
      return [
        `${role}${at}${costing}`,
        ...confusionText(confusion.labels, confusion.counts).map((line) => `  ${line}`),
      ];
    }),
    ...gatesText(gates),
  ],
  summary: ({ rows, models, gates }) => ({
    rows,
    gates: [...gates],
    headline: headlineOf(models),
    metrics: roles.map((role) => ({
      model: role,
      ...Object.fromEntries(
        Object.entries(models[role].metrics).map(([name, metric]) => [
          metricTitle(name as MetricName),
          metric?.value ?? null,
        ]),
      ),
      ...(models[role].meanCost === null ? {} : { "mean cost": models[role].meanCost }),
      ...(models[role].threshold === null ? {} : { threshold: models[role].threshold }),
    })),
  }),
};
