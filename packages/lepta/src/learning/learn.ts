// Learns from a table without a product: trains every candidate, keeps the best, measures, bundles.
import { kFold, type Schema, splitTable, type Table, takeRows } from "@lepta/data";
import {
  bestCandidate,
  type Evaluation,
  type MetricSummaries,
  measureFolds,
  measureTrained,
  type Overlap,
  type PointOptions,
  type Predictions,
  summarizeFolds,
  type Task,
  type TaskFamily,
  type TrainedTask,
  taskFor,
  taskOverlap,
  trainCandidates,
  writeBundle,
} from "@lepta/ml";
import type { Report } from "../events.ts";
import { epochEvent } from "./epoch-event.ts";
import { splitBy } from "./prepare.ts";

export interface LearnOptions {
  readonly table: Table;
  readonly schema: Schema;
  /** What the target is learnt as. Default: by its values. */
  readonly family?: TaskFamily | undefined;
  /** Names of the models to train. Default: the task's candidates. */
  readonly models?: readonly string[] | undefined;
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

export type MeasuredModel = Evaluation & { readonly model: string };

export interface Learnt {
  readonly task: Task;
  /** Name of the model that was kept. */
  readonly model: string;
  /** Every candidate, in the order of the list. */
  readonly models: readonly MeasuredModel[];
  readonly bundle: string;
  readonly testRows: number;
  readonly learntRows: number;
  /** Of the test rows with the rows learnt from. */
  readonly overlap: Overlap;
  /** How columns were taken, one sentence each. */
  readonly notes: readonly string[];
  readonly evaluation: Evaluation;
  readonly cv: MetricSummaries | undefined;
}

/** Trains every candidate and keeps the best by rows held out, in which the test rows have no part. */
async function trainAll(
  parts: { train: Table; validation?: Table },
  { schema, family, models, seed }: Pick<LearnOptions, "schema" | "family" | "models" | "seed">,
  report: Report | undefined,
): Promise<{ readonly all: readonly TrainedTask[]; readonly best: TrainedTask }> {
  const all = await trainCandidates({
    ...parts,
    schema,
    task: taskFor(schema, family),
    seed,
    ...(models === undefined ? {} : { models }),
    ...(report === undefined
      ? {}
      : {
          onEvent: (event) => report(epochEvent(event)),
        }),
  });
  const [first, ...others] = all;
  if (first === undefined) throw new Error("a task has a model");
  return { all, best: bestCandidate([first, ...others]) };
}

/** Throws `task-unsupported` at the name of a model that the task does not have, before any is trained. */
export async function learn(options: LearnOptions): Promise<Learnt> {
  const { folds, seed, name, out, report, table } = options;
  const parts = partsOf(options);
  const { all, best } = await trainAll(parts.learn, options, report);
  const models: MeasuredModel[] = [];
  for (const one of all) {
    const { evaluation } = await measureTrained(one, parts.test, { seed });
    models.push({ model: one.model, ...evaluation });
  }
  const kept = models.find(({ model }) => model === best.model) as MeasuredModel;
  const [baseline] = models;
  const cv = folds === undefined ? undefined : await crossValidated(options, folds);
  await writeBundle(out, {
    trained: best,
    name,
    dataHash: table.hash,
    metrics: kept.metrics,
    trivial: kept.trivial,
    evaluatedOn: { rows: parts.test.rowCount, dataHash: parts.test.hash },
    ...(baseline === undefined || baseline === kept
      ? {}
      : { baseline: { model: baseline.model, metrics: baseline.metrics } }),
  });
  return {
    task: best.task,
    model: best.model,
    models,
    bundle: out,
    testRows: parts.test.rowCount,
    learntRows: best.rows.rowCount,
    notes: best.features.notes,
    overlap: taskOverlap(best, parts.test),
    evaluation: kept,
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
async function crossValidated(options: LearnOptions, folds: number): Promise<MetricSummaries> {
  const { table, schema, family, seed, report } = options;
  const parts = kFold(table, { k: folds, ...splitBy(schema), seed });
  const predict = async (fold: (typeof parts)[number]): Promise<Predictions & PointOptions> => {
    const { best } = await trainAll({ train: takeRows(table, fold.train) }, options, undefined);
    return { ...(await best.predict(takeRows(table, fold.test))), metrics: taskFor(schema, family).metrics };
  };
  report({ type: "progress", label: "fold", done: 0, total: folds });
  return summarizeFolds(
    await measureFolds(parts, predict, {
      onEvent: ({ fold }) => report({ type: "progress", label: "fold", done: fold + 1, total: folds }),
    }),
  );
}
