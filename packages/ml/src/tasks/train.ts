// Trains a model of a task: features, held-out parts, the model, and its predictions on rows held out.
import {
  type Column,
  isNumeric,
  kFold,
  makeTable,
  type Schema,
  suggestName,
  type Table,
  takeColumns,
  takeRows,
} from "@lepta/data";
import { MlError } from "../errors.ts";
import { kindOf } from "../evaluate/kinds/index.ts";
import type { Predictions } from "../evaluate/predictions.ts";
import { fitFeatures } from "../features/fit-features.ts";
import { learnEffects } from "../features/learn-effects.ts";
import type { Model, ModelEvent, Settings } from "../models/model.ts";
import { rowsExcept } from "../models/rows.ts";
import { taskFor } from "./index.ts";
import { labelledRows, targetIn } from "./labelled-rows.ts";
import { matrixOf } from "./matrix-of.ts";
import type { Task } from "./task.ts";
import { type TrainedTask, trainedTask } from "./trained-task.ts";

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
  /** Default: the first of the house that takes the target. */
  readonly task?: Task;
  /** One of the task's models, by its name. Default: its last. */
  readonly model?: string;
  /** Of the model, for searches. Default: its own. */
  readonly settings?: Settings;
  /** Default 0. The same rows, options and seed give the same model. */
  readonly seed?: number;
  /** Threads inside one operator. Default 1. */
  readonly threads?: number;
  /** Metrics of held-out predictions for the events, for example `pointMetrics`. Default: none. */
  readonly measure?: (predictions: Predictions) => Readonly<Record<string, number>>;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TrainEvent) => void;
}

/**
 * The features are fitted on `train` alone. The model learns from `train` and `validation` by cross-fitting: five
 * times it is fitted on four fifths of the rows and watched on the fifth held out, so that early stopping, the events'
 * metrics and `heldOut` (for thresholds) rest on every row, each predicted by what never saw it nor another row of its
 * group. Of more than 10,000 rows, the validation part alone is held out (or one fifth). Rows without a target are left
 * out.
 * Throws `task-unsupported`, `setting-unknown`, `training-rows-invalid`, `no-features`, or the engine's
 * `loss-not-finite` and `training-aborted`.
 */
export async function train(options: TrainOptions): Promise<TrainedTask> {
  const { schema, seed = 0, threads = 1, signal, onEvent, measure } = options;
  const target = targetIn(schema);
  const task = options.task ?? taskFor(schema);
  const model = modelOf(task, options.model);
  const kind = kindOf(task);
  const form = task.form(target);
  const { group } = schema;
  const names = [...schema.features.map(({ name }) => name), target.name, ...(group === undefined ? [] : [group])];
  const used = (table: Table): Table => takeRows(takeColumns(table, names), labelledRows(table, target));
  const fitted = used(options.train);
  const rows = options.validation === undefined ? fitted : stacked(fitted, used(options.validation));
  const prepared = task.prepare(rows, target);
  const { objective } = prepared.target;
  const folding = { stratify: target.name, ...(group === undefined ? {} : { group }), seed };
  const heldOut = heldOutParts(rows, fitted.rowCount, folding);
  const { features, crossFit } = learnEffects(
    fitFeatures(fitted, schema, { encoding: model.encoding }),
    rows,
    objective.response(prepared.target.values),
    effectFolds(rows, heldOut, folding),
    heldOut.length > 1 ? Int32Array.of() : heldOut[0]!,
  );
  const x = await matrixOf(features, rows, threads);
  crossFit(x.data);
  const watched = Int32Array.from(heldOut.flatMap((part) => [...part])).sort();
  const watchedRows = takeRows(rows, watched);
  const labels = kind.labels(watchedRows, target.name);
  const predictionsOfWatched = (answers: Float32Array): Predictions => {
    const { width } = objective;
    const picked = new Float32Array(watched.length * width);
    for (let i = 0; i < watched.length; i++)
      picked.set(answers.subarray(watched[i]! * width, (watched[i]! + 1) * width), i * width);
    return kind.pair(form, prepared.restored(picked), labels);
  };
  const fit = await model.fit(
    {
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
              onEvent(taskEvent(event, measure && ((answers) => measure(predictionsOfWatched(answers))))),
          }),
    },
    settingsOf(model, options.settings),
  );
  const learnt = { task, model: model.name, seed, schema, target, features, rows };
  return trainedTask({ ...learnt, heldOut: predictionsOfWatched(fit.heldOut) }, fit, prepared.head);
}

/** Throws `task-unsupported` where the task has no such model. */
export function modelOf({ name: task, models, otherModels = [] }: Task, name: string | undefined): Model {
  const all = [...models, ...otherModels];
  const found = name === undefined ? models.at(-1) : all.find((model) => model.name === name);
  if (found !== undefined) return found;
  throw new MlError(
    "task-unsupported",
    `The task ${task} has no model ${JSON.stringify(name)}.`,
    suggestName(
      name ?? "",
      all.map((model) => model.name),
    ),
  );
}

/** Throws `setting-unknown` at one that the model does not have. */
function settingsOf({ name, settings }: Model, given: Settings = {}): Settings {
  for (const setting of Object.keys(given))
    if (!settings.includes(setting))
      throw new MlError(
        "setting-unknown",
        `The model ${name} has no setting ${JSON.stringify(setting)}.`,
        suggestName(setting, settings),
      );
  return given;
}

function taskEvent(
  { epoch, total, loss, heldOutLoss, heldOut }: ModelEvent,
  measure: ((answers: Float32Array) => Readonly<Record<string, number>>) | undefined,
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
  const keyed = "rowKeys" in first && "rowKeys" in second;
  return makeTable(
    first.columns.map((column, i): Column => {
      const below = second.columns[i]!;
      if (isNumeric(column) && isNumeric(below)) {
        return { ...column, data: joined(column.data, below.data) };
      }
      if (!isNumeric(column) && !isNumeric(below)) return { ...column, data: [...column.data, ...below.data] };
      throw new MlError(
        "training-rows-invalid",
        `The column "${column.name}" is of type ${column.type} in the training part and ${below.type} in the validation part.`,
        "Split one table into both parts.",
      );
    }),
    keyed ? { rowKeys: () => joined(first.rowKeys!, second.rowKeys!) } : {},
  );
}

function joined(first: Float64Array, second: Float64Array): Float64Array {
  const both = new Float64Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
