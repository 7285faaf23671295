// Learns from a table without a product: trains the baseline and the network, keeps the better, measures, bundles.
import { kFold, type Schema, splitTable, type Table, takeRows } from "@lepta/data";
import {
  inferTask,
  lowerIsBetter,
  type MetricName,
  type MetricSummaries,
  type ModelName,
  measureFolds,
  modelNameFor,
  type Overlap,
  pointMetrics,
  summarizeFolds,
  type TaskPredictions,
  type TrainedTask,
  taskOverlap,
  train,
  writeBundle,
} from "@lepta/ml";
import { evaluationOf, rowGroups } from "./evaluate.ts";
import type { Evaluation } from "./evaluation.ts";
import type { Report } from "./events.ts";
import { measured } from "./metrics-text.ts";
import { splitBy } from "./prepare.ts";
import { liveFigures } from "./train.ts";
import { constantOfTask } from "./trivial.ts";

export interface LearnOptions {
  readonly table: Table;
  readonly schema: Schema;
  /** Rows to measure on. Default: a fifth of the table, held out. */
  readonly test?: Table | undefined;
  /** Folds to cross-validate with. */
  readonly folds?: number | undefined;
  readonly seed: number;
  readonly name: string;
  /** Where the bundle goes. */
  readonly out: string;
  readonly report: Report;
}

export interface Learnt {
  readonly task: ReturnType<typeof inferTask>;
  /** Name of the model that was kept. */
  readonly model: string;
  /** Name of the linear model beside it. */
  readonly baselineModel: string;
  readonly bundle: string;
  readonly testRows: number;
  readonly learntRows: number;
  /** Of the test rows with the rows learnt from. */
  readonly overlap: Overlap;
  /** How columns were taken, one sentence each. */
  readonly notes: readonly string[];
  readonly evaluation: Evaluation;
  readonly baseline: Evaluation;
  readonly cv: MetricSummaries | undefined;
}

/** Which of two models is better: on rows held out of their training. */
const deciding: Readonly<Record<Learnt["task"], MetricName>> = {
  binary: "auc",
  multiclass: "logLoss",
  regression: "rmse",
};

const candidates: readonly ModelName[] = ["linear", "network"];

interface Trained {
  readonly baseline: TrainedTask;
  readonly best: TrainedTask;
}

/** Trains both and keeps the one with the better held-out metric, which the test rows have no part in. */
async function trainBoth(
  parts: { train: Table; validation?: Table },
  schema: Schema,
  seed: number,
  report: Report | undefined,
): Promise<Trained> {
  const kind = inferTask(schema);
  const metric = deciding[kind];
  const trained: { task: TrainedTask; value: number }[] = [];
  for (const model of candidates.map((candidate) => modelNameFor(candidate, kind))) {
    const task = await train({
      ...parts,
      schema,
      model,
      seed,
      ...(report === undefined
        ? {}
        : {
            measure: pointMetrics,
            onEvent: (event) =>
              report({ type: "epoch", model, epoch: event.epoch, epochs: event.total, values: liveFigures(event) }),
          }),
    });
    const value = pointMetrics(task.heldOut)[metric] ?? Number.NaN;
    trained.push({ task, value: lowerIsBetter(metric) ? -value : value });
  }
  const [baseline, network] = trained as [(typeof trained)[number], (typeof trained)[number]];
  return { baseline: baseline.task, best: baseline.value > network.value ? baseline.task : network.task };
}

export async function learn(options: LearnOptions): Promise<Learnt> {
  const { table, schema, folds, seed, name, out, report } = options;
  const parts = partsOf(options);
  const { baseline, best } = await trainBoth(parts.learn, schema, seed, report);
  const groups = rowGroups(parts.test, schema.group);
  const measure = async (task: TrainedTask): Promise<Evaluation> =>
    evaluationOf(await task.predict(parts.test), {
      threshold: null,
      costs: null,
      seed,
      constant: constantOfTask(task),
      groups,
    });
  const baselineEvaluation = await measure(baseline);
  const evaluation = best === baseline ? baselineEvaluation : await measure(best);
  const cv = folds === undefined ? undefined : await crossValidated(table, schema, folds, seed, report);
  await writeBundle(out, {
    trained: best,
    name,
    dataHash: table.hash,
    metrics: measured(evaluation.metrics),
    trivial: evaluation.trivial,
    evaluatedOn: { rows: parts.test.rowCount, dataHash: parts.test.hash },
    ...(best === baseline
      ? {}
      : { baseline: { model: baseline.model, metrics: measured(baselineEvaluation.metrics) } }),
  });
  return {
    task: inferTask(schema),
    model: best.model,
    baselineModel: baseline.model,
    bundle: out,
    testRows: parts.test.rowCount,
    learntRows: best.rows.rowCount,
    notes: best.features.notes,
    overlap: taskOverlap(best, parts.test),
    evaluation,
    baseline: baselineEvaluation,
    cv,
  };
}

function partsOf({ table, schema, test, seed }: LearnOptions): {
  learn: { train: Table; validation?: Table };
  test: Table;
} {
  if (test !== undefined) return { learn: { train: table }, test };
  const parts = splitTable(table, { ...splitBy(schema), seed });
  return {
    learn: { train: takeRows(table, parts.train), validation: takeRows(table, parts.validation) },
    test: takeRows(table, parts.test),
  };
}

/** The whole procedure, choice of the model included, in each fold. */
async function crossValidated(
  table: Table,
  schema: Schema,
  folds: number,
  seed: number,
  report: Report,
): Promise<MetricSummaries> {
  const parts = kFold(table, { k: folds, ...splitBy(schema), seed });
  const predict = async (fold: (typeof parts)[number]): Promise<TaskPredictions> => {
    const { best } = await trainBoth({ train: takeRows(table, fold.train) }, schema, seed, undefined);
    return best.predict(takeRows(table, fold.test));
  };
  report({ type: "progress", label: "fold", done: 0, total: folds });
  return summarizeFolds(
    await measureFolds(parts, predict, {
      onEvent: ({ fold }) => report({ type: "progress", label: "fold", done: fold + 1, total: folds }),
    }),
  );
}
