// A trained task: what it learnt, on what, and how to predict with it.
import type { Schema, SchemaTarget, Table } from "@lepta/data";
import { columnBatch, groupsOf } from "@lepta/data";
import { createSession, type Graph } from "@lepta/nn";
import { type Evaluation, evaluationOf } from "../evaluate/evaluation.ts";
import { kindOf } from "../evaluate/kinds/index.ts";
import type { Predictions } from "../evaluate/predictions.ts";
import type { CostMatrix } from "../evaluate/threshold.ts";
import { constantOf } from "../evaluate/trivial.ts";
import type { FeaturePipeline } from "../features/feature-pipeline.ts";
import type { FittedModel } from "../models/model.ts";
import { decodeOutcomes, type OutcomeForm, outputNames } from "../outcomes/index.ts";
import { modelGraph } from "./model-graph.ts";
import type { PreparedTarget, Task } from "./task.ts";

export interface TrainedTask {
  readonly task: Task;
  /** Name of the model, for example "network". */
  readonly model: string;
  readonly seed: number;
  readonly schema: Schema;
  readonly target: SchemaTarget;
  /** What its outcomes have in common; without a threshold where the task has one by costs. */
  readonly form: OutcomeForm;
  readonly features: FeaturePipeline;
  /** The rows learnt from (training and validation part), features and target. */
  readonly rows: Table;
  /** Predictions of rows by what was trained without them, with their labels: choose thresholds on these. */
  readonly heldOut: Predictions;
  /** Epochs (or iterations) of the parameters kept. */
  readonly epochs: number;
  /** The whole model, with the decision of `form`. Default: its own form. */
  readonly graph: (form?: OutcomeForm) => Graph;
  /** Predictions of a table that has the target column. */
  readonly predict: (table: Table) => Promise<Predictions>;
}

type Learnt = Pick<TrainedTask, "task" | "model" | "seed" | "schema" | "target" | "features" | "rows" | "heldOut">;

export function trainedTask(learnt: Learnt, fit: FittedModel, head: PreparedTarget["head"]): TrainedTask {
  const { task, target, features } = learnt;
  const form = task.form(target);
  const graph = (own: OutcomeForm = form): Graph => modelGraph({ features, fit, head, form: own });
  return {
    ...learnt,
    form,
    epochs: fit.epochs,
    graph,
    predict: (table) => predictTable(graph(), { features, target, form }, table),
  };
}

/** Predictions of a table that has the target column, by a model that `modelGraph` made. */
export async function predictTable(
  graph: Graph,
  { features, target, form }: Pick<TrainedTask, "features" | "target" | "form">,
  table: Table,
): Promise<Predictions> {
  const columns = features.inputs.map(({ name }) => name);
  const kind = kindOf(form);
  const session = await createSession(graph);
  try {
    const results = await session.run(columnBatch(table, columns));
    const outcomes = decodeOutcomes(form, outputNames(form.kind, columns), results, table.rowCount);
    return kind.pair(form, kind.outputs(outcomes), kind.labels(table, target.name));
  } finally {
    await session.close();
  }
}

/** The form with a decision from `threshold` on. */
export function formAt(form: OutcomeForm, threshold: number | null): OutcomeForm {
  return threshold !== null && "threshold" in form ? { ...form, threshold } : form;
}

export interface MeasureOptions {
  /** Of the decisions, where the task has any; they choose the threshold on the rows held out. */
  readonly costs?: CostMatrix | null;
  readonly seed: number;
}

export interface Measured {
  readonly evaluation: Evaluation;
  /** What was measured, decided at the threshold where costs chose one. */
  readonly predictions: Predictions;
}

/** All that is measured of it on a table that it did not learn from; intervals are over draws of the schema's groups. */
export async function measureTrained(
  trained: TrainedTask,
  table: Table,
  { costs = null, seed }: MeasureOptions,
): Promise<Measured> {
  const { task, schema, target, form, rows, heldOut } = trained;
  const rule = costs === null ? undefined : task.costs;
  const answered = await trained.predict(table);
  const decided = rule === undefined || costs === null ? undefined : { threshold: rule.threshold(heldOut, costs) };
  const predictions = { ...answered, ...decided } as Predictions;
  const evaluation = evaluationOf(predictions, {
    metrics: task.metrics,
    groups: schema.group === undefined ? undefined : groupsOf(table, schema.group).groupOf,
    seed,
    constant: constantOf(kindOf(form).labels(rows, target.name), form),
    costs:
      rule === undefined || costs === null
        ? null
        : { matrix: costs, ofRows: (predicted) => rule.rowCosts(predicted, costs) },
  });
  return { evaluation, predictions };
}
