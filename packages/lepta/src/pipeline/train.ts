// Stage 2: a linear baseline and a tabular network, both trained by the engine's own graph.
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Table, takeRows } from "@lepta/data";
import {
  type MetricName,
  type ModelName,
  pointMetrics,
  readTask,
  storedTaskHash,
  type TrainEvent,
  type TrainedTask,
  train,
  writeTask,
} from "@lepta/ml";
import { metricTitle } from "./metrics-text.ts";
import { formatCount, formatFigure } from "./numbers.ts";
import { type Role, roles } from "./roles.ts";
import type { Stage, StageContext } from "./stage.ts";
import type { LearningTable, Workplace } from "./workplace.ts";

/** What plays each role. */
const models: Readonly<Record<Role, ModelName>> = { baseline: "linear", network: "network" };

export type TrainInput = {
  readonly dataHash: string;
  readonly splitHash: string;
  readonly features: readonly { readonly name: string; readonly type: string }[];
  readonly target: string;
  readonly positive: string | undefined;
  readonly task: string;
  readonly seed: number;
};

export type TrainedModel = {
  readonly model: string;
  /** Hash of the checkpoint. */
  readonly checkpoint: string;
  readonly epochs: number;
  /** Metrics on rows that were held out of the training. */
  readonly heldOut: Readonly<Record<string, number>>;
};

export type TrainOutput = {
  /** Name of the folder that keeps both checkpoints. */
  readonly folder: string;
  readonly rows: number;
  readonly models: Readonly<Record<Role, TrainedModel>>;
  /** How columns were taken, one sentence each. */
  readonly notes: readonly string[];
};

/** The live figures of an event: loss, loss on held-out rows, and AUC (or RMSE). */
export function liveFigures({ loss, validationLoss, metrics = {} }: TrainEvent): Record<string, number> {
  const figures: Record<string, number | undefined> = { loss, validationLoss, auc: metrics.auc, rmse: metrics.rmse };
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => Number.isFinite(value))) as Record<
    string,
    number
  >;
}

/** The rows that are learnt from: the training and the validation part. */
export function learntRows({ table, parts }: LearningTable): Table {
  return takeRows(table, [...parts.train, ...parts.validation]);
}

async function trainRole(workplace: Workplace, role: Role, { report, signal }: StageContext): Promise<TrainedTask> {
  const { table, schema, parts } = await workplace.learning();
  return train({
    train: takeRows(table, parts.train),
    validation: takeRows(table, parts.validation),
    schema,
    model: models[role],
    seed: workplace.product.seed,
    measure: pointMetrics,
    signal,
    onEvent: (event) =>
      report({ type: "epoch", model: role, epoch: event.epoch, epochs: event.total, values: liveFigures(event) }),
  });
}

async function run(workplace: Workplace, _: TrainInput, context: StageContext): Promise<TrainOutput> {
  const folder = workplace.folder("train", context.inputHash);
  const fresh = `${folder}.${process.pid}.tmp`;
  await rm(fresh, { recursive: true, force: true });
  const trained: Partial<Record<Role, TrainedModel>> = {};
  const notes = new Set<string>();
  for (const role of roles) {
    const task = await trainRole(workplace, role, context);
    for (const note of task.features.notes) notes.add(note);
    const checkpoint = await writeTask(join(fresh, role), task);
    trained[role] = { model: task.model, checkpoint, epochs: task.epochs, heldOut: pointMetrics(task.heldOut) };
  }
  await rm(folder, { recursive: true, force: true });
  await rename(fresh, folder);
  const rows = learntRows(await workplace.learning()).rowCount;
  return { folder: context.inputHash, rows, models: trained as Record<Role, TrainedModel>, notes: [...notes] };
}

function roleFolder(workplace: Workplace, { folder }: TrainOutput, role: Role): string {
  return join(workplace.folder("train", folder), role);
}

/** Whether both models lie in the store as they were written. */
async function whole(workplace: Workplace, output: TrainOutput): Promise<boolean> {
  const hashes = await Promise.all(roles.map((role) => storedTaskHash(roleFolder(workplace, output, role))));
  return roles.every((role, i) => hashes[i] === output.models[role].checkpoint);
}

/** A model that the stage trained. */
export async function openTrained(workplace: Workplace, output: TrainOutput, role: Role): Promise<TrainedTask> {
  const rows = learntRows(await workplace.learning());
  return readTask(roleFolder(workplace, output, role), output.models[role].checkpoint, rows);
}

function prefixed(part: string, figures: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [`${part} ${metricTitle(name as MetricName)}`, value]),
  );
}

export const trainStage: Stage<Workplace, TrainInput, TrainOutput> = {
  name: "train",
  run,
  holds: whole,
  describe: ({ rows, models: trained, notes }) => [
    `learnt from ${formatCount(rows)} rows, watched on rows held out of them`,
    ...notes,
    ...roles.map((role) => {
      const { model, epochs, heldOut } = trained[role];
      const [name, value] = Object.entries(heldOut)[0] ?? ["", Number.NaN];
      return `${role} (${model}): ${formatCount(epochs)} epochs, held-out ${name === "auc" ? "AUC" : name} ${formatFigure(value)}`;
    }),
  ],
  summary: ({ rows, models: trained }) => ({
    rows,
    models: roles.map((role) => {
      const { model, epochs, heldOut } = trained[role];
      return { role, model, epochs, ...prefixed("held-out", heldOut) };
    }),
  }),
};
