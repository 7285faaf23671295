// A trained task: what it learnt, on what, and how to predict with it.
import type { Schema, SchemaTarget, Table } from "@lepta/data";
import { columnBatch } from "@lepta/data";
import { createSession, type Graph } from "@lepta/nn";
import type { FeaturePipeline } from "../features/feature-pipeline.ts";
import type { FittedModel } from "../models/model.ts";
import { outputNames } from "../outcomes/index.ts";
import { modelGraph } from "./model-graph.ts";
import { type Outputs, predictionsOf, type TaskPredictions } from "./predictions.ts";
import type { PreparedTarget, Task } from "./task.ts";

export interface TrainedTask {
  readonly task: Task;
  /** Name of the model, for example "network". */
  readonly model: string;
  readonly seed: number;
  readonly schema: Schema;
  readonly target: SchemaTarget;
  readonly features: FeaturePipeline;
  /** The rows learnt from (training and validation part), features and target. */
  readonly rows: Table;
  /** Predictions of rows by what was trained without them, with their labels: choose thresholds on these. */
  readonly heldOut: TaskPredictions;
  /** Epochs (or iterations) of the parameters kept. */
  readonly epochs: number;
  /** The whole model; with a threshold, `label` is the positive class from that probability on. */
  readonly graph: (options?: { readonly threshold?: number | undefined }) => Graph;
  /** Predictions of a table that has the target column. */
  readonly predict: (table: Table) => Promise<TaskPredictions>;
}

interface Parts {
  readonly task: Task;
  readonly model: string;
  readonly seed: number;
  readonly schema: Schema;
  readonly target: SchemaTarget;
  readonly features: FeaturePipeline;
  readonly prepared: PreparedTarget;
  readonly fit: FittedModel;
}

export function trainedTask(parts: Parts, rows: Table, heldOut: TaskPredictions): TrainedTask {
  const { task, model, seed, schema, target, features, prepared, fit } = parts;
  const { classes, positive } = target;
  const graph = (options: { readonly threshold?: number | undefined } = {}): Graph =>
    modelGraph({
      features,
      fit,
      classes,
      positive,
      threshold: options.threshold,
      mean: prepared.mean,
      scale: prepared.scale,
    });
  return {
    task,
    model,
    seed,
    schema,
    target,
    features,
    rows,
    heldOut,
    epochs: fit.epochs,
    graph,
    predict: (table) => predictTable(graph(), features, target, table),
  };
}

/** Predictions of a table that has the target column, by a model that `modelGraph` made. */
export async function predictTable(
  graph: Graph,
  features: FeaturePipeline,
  target: SchemaTarget,
  table: Table,
): Promise<TaskPredictions> {
  const columns = features.inputs.map(({ name }) => name);
  const answer =
    target.classes === undefined ? outputNames("number", columns).value : outputNames("class", columns).probabilities;
  const session = await createSession(graph);
  try {
    const result = await session.run(columnBatch(table, columns));
    return predictionsOf(table, target, result[answer]!.data as Outputs);
  } finally {
    await session.close();
  }
}
