// Trains a model for the schema's target: features, held-out parts, the model, and its predictions on rows held out.
import { type Column, isNumeric, kFold, makeTable, type Schema, type Table, takeColumns, takeRows } from "@lepta/data";
import { MlError } from "../errors.ts";
import { fitFeatures } from "../features/fit-features.ts";
import { learnEffects } from "../features/learn-effects.ts";
import { fitLinear } from "../models/linear-model.ts";
import type { FitModelOptions, FittedModel, ModelEvent } from "../models/model.ts";
import { fitNetwork, type NetworkOptions } from "../models/network.ts";
import { rowsExcept } from "../models/rows.ts";
import { matrixOf } from "./matrix-of.ts";
import { predictionsOf, type TaskPredictions } from "./predictions.ts";
import { inferTask, labelledRows, prepareTarget, type Task, targetIn } from "./task.ts";
import { type TrainedTask, trainedTask } from "./trained-task.ts";

/** The linear model is called "logistic" for classes and "linear" for numbers; either name asks for it. */
export type ModelName = "logistic" | "linear" | "network";

/** What this model is called when it learns this task. */
export function modelNameFor(model: ModelName, task: Task): ModelName {
  if (model === "network") return model;
  return task === "regression" ? "linear" : "logistic";
}

/** Progress of `train`. Metrics are those of `measure`, on rows that were held out. */
export interface TrainEvent {
  readonly epoch: number;
  readonly total: number;
  readonly loss: number;
  readonly validationLoss?: number;
  readonly metrics?: Readonly<Record<string, number>>;
}

export interface TrainOptions {
  readonly train: Table;
  readonly validation?: Table;
  readonly schema: Schema;
  /** Default "network". */
  readonly model?: ModelName;
  /** Sizes and training of the network, for searches; the defaults are those of `NetworkOptions`. */
  readonly network?: NetworkOptions;
  /** Default 0. The same rows, options and seed give the same model. */
  readonly seed?: number;
  /** Threads inside one operator. Default 1. */
  readonly threads?: number;
  /** Metrics of held-out predictions for the events, for example `pointMetrics`. Default: none. */
  readonly measure?: (predictions: TaskPredictions) => Readonly<Record<string, number>>;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TrainEvent) => void;
}

const fitters: Readonly<Record<ModelName, (options: FitModelOptions) => Promise<FittedModel>>> = {
  logistic: fitLinear,
  linear: fitLinear,
  network: fitNetwork,
};

/**
 * The features are fitted on `train` alone. The model learns from `train` and `validation` by cross-fitting: five
 * times it is fitted on four fifths of the rows and watched on the fifth held out, so that early stopping, the events'
 * metrics and `heldOut` (for thresholds) rest on every row, each predicted by what never saw it nor another row of its
 * group. Of more than 10,000 rows, the validation part alone is held out (or one fifth). Rows without a target are left
 * out.
 * Throws `task-unsupported`, `training-rows-invalid`, `no-features`, or the engine's
 * `loss-not-finite` and `training-aborted`.
 */
export async function train(options: TrainOptions): Promise<TrainedTask> {
  const { schema, seed = 0, threads = 1, signal, onEvent, measure } = options;
  const target = targetIn(schema);
  const task = inferTask(schema);
  const model = modelNameFor(options.model ?? "network", task);
  const { group } = schema;
  const names = [...schema.features.map(({ name }) => name), target.name, ...(group === undefined ? [] : [group])];
  const used = (table: Table): Table => takeRows(takeColumns(table, names), labelledRows(table, target));
  const fitted = used(options.train);
  const rows = options.validation === undefined ? fitted : stacked(fitted, used(options.validation));
  const prepared = prepareTarget(rows, target);
  const folding = { stratify: target.name, ...(group === undefined ? {} : { group }), seed };
  const heldOut = heldOutParts(rows, fitted.rowCount, folding);
  const { features, crossFit } = learnEffects(
    fitFeatures(fitted, schema, { encoding: model === "network" ? "piecewise" : "linear" }),
    rows,
    prepared.target,
    effectFolds(rows, heldOut, folding),
    heldOut.length > 1 ? Int32Array.of() : heldOut[0]!,
  );
  const x = await matrixOf(features, rows, threads);
  crossFit(x.data);
  const watched = Int32Array.from(heldOut.flatMap((part) => [...part])).sort();
  const watchedRows = takeRows(rows, watched);
  const predictionsOfWatched = (outputs: Float32Array): TaskPredictions => {
    const width = outputs.length / rows.rowCount;
    const picked = new Float64Array(watched.length * width);
    for (let i = 0; i < picked.length; i++) {
      const value = outputs[watched[Math.floor(i / width)]! * width + (i % width)]!;
      picked[i] = prepared.mean + prepared.scale * value;
    }
    return predictionsOf(watchedRows, target, picked);
  };
  const fit = await fitters[model]({
    ...(model === "network" ? options.network : {}),
    x,
    target: prepared.target,
    heldOut,
    seed,
    threads,
    ...(signal === undefined ? {} : { signal }),
    ...(onEvent === undefined
      ? {}
      : {
          onEvent: (event) =>
            onEvent(taskEvent(event, measure && ((outputs) => measure(predictionsOfWatched(outputs))))),
        }),
  });
  return trainedTask(
    { task, model, seed, schema, target, features, prepared, fit },
    rows,
    predictionsOfWatched(fit.heldOut),
  );
}

function taskEvent(
  { epoch, total, loss, heldOutLoss, heldOut }: ModelEvent,
  measure: ((outputs: Float32Array) => Readonly<Record<string, number>>) | undefined,
): TrainEvent {
  return {
    epoch,
    total,
    loss,
    ...(heldOutLoss === undefined ? {} : { validationLoss: heldOutLoss }),
    ...(heldOut === undefined || measure === undefined ? {} : { metrics: measure(heldOut) }),
  };
}

/** Most rows for which every row is held out once. */
const crossFitted = 10_000;

/** What folds keep: the target's distribution, and groups whole. */
interface Folding {
  readonly stratify: string;
  readonly group?: string;
  readonly seed: number;
}

function heldOutParts(rows: Table, fitted: number, folding: Folding): Int32Array[] {
  if (rows.rowCount > crossFitted && fitted < rows.rowCount)
    return [Int32Array.from({ length: rows.rowCount - fitted }, (_, i) => fitted + i)];
  const parts = kFold(rows, { k: 5, ...folding }).map(({ test }) => test);
  return rows.rowCount > crossFitted ? parts.slice(0, 1) : parts;
}

/**
 * Parts of the rows that effects of categories are cross-fitted in. Where every row is held out once, they are those
 * parts: a row held out has then no part in its own effect, as it has none in the model that predicts it. Where one
 * part is held out, it is one of six.
 */
function effectFolds(rows: Table, heldOut: readonly Int32Array[], folding: Folding): readonly Int32Array[] {
  const [part] = heldOut;
  if (heldOut.length > 1 || part === undefined) return heldOut;
  const learnt = rowsExcept(rows.rowCount, part);
  const folds = kFold(takeRows(rows, learnt), { k: 5, ...folding });
  return [part, ...folds.map(({ test }) => test.map((at) => learnt[at]!))];
}

/** The rows of both tables, which have the same columns. */
function stacked(first: Table, second: Table): Table {
  const keys = first.rowKeys && second.rowKeys && [...first.rowKeys, ...second.rowKeys];
  return makeTable(
    first.columns.map((column, i): Column => {
      const below = second.columns[i]!;
      if (isNumeric(column) && isNumeric(below)) {
        const data = new Float64Array(column.data.length + below.data.length);
        data.set(column.data);
        data.set(below.data, column.data.length);
        return { ...column, data };
      }
      if (!isNumeric(column) && !isNumeric(below)) return { ...column, data: [...column.data, ...below.data] };
      throw new MlError(
        "training-rows-invalid",
        `The column "${column.name}" is of type ${column.type} in the training part and ${below.type} in the validation part.`,
        "Split one table into both parts.",
      );
    }),
    keys === undefined ? {} : { rowKeys: Float64Array.from(keys) },
  );
}
