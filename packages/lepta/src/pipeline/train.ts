// Stage 2: a linear baseline and a tabular network, both trained by the engine's own graph.
import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Table, takeRows } from "@lepta/data";
import { type ModelName, pointMetrics, type TrainEvent, type TrainedTask, train } from "@lepta/ml";
import type { Bench, LearningTable } from "./bench.ts";
import { readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { formatCount, formatFigure } from "./numbers.ts";
import type { Stage, StageContext } from "./stage.ts";

export const roles = ["baseline", "network"] as const;
export type Role = (typeof roles)[number];

/** What plays each role. */
const models: Readonly<Record<Role, ModelName>> = { baseline: "logistic", network: "network" };

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

async function trainRole(bench: Bench, role: Role, { report, signal }: StageContext): Promise<TrainedTask> {
  const { table, schema, parts } = await bench.learning();
  return train({
    train: takeRows(table, parts.train),
    validation: takeRows(table, parts.validation),
    schema,
    model: models[role],
    seed: bench.product.seed,
    measure: pointMetrics,
    signal,
    onEvent: (event) =>
      report({ type: "epoch", model: role, epoch: event.epoch, epochs: event.total, values: liveFigures(event) }),
  });
}

async function run(bench: Bench, _: TrainInput, context: StageContext): Promise<TrainOutput> {
  const folder = bench.folder("train", context.inputHash);
  const fresh = `${folder}.${process.pid}.tmp`;
  await rm(fresh, { recursive: true, force: true });
  const trained: Partial<Record<Role, TrainedModel>> = {};
  for (const role of roles) {
    const task = await trainRole(bench, role, context);
    const checkpoint = await writeCheckpoint(join(fresh, role), task);
    trained[role] = { model: task.model, checkpoint, epochs: task.epochs, heldOut: pointMetrics(task.heldOut) };
  }
  await rm(folder, { recursive: true, force: true });
  await rename(fresh, folder);
  const rows = learntRows(await bench.learning()).rowCount;
  return { folder: context.inputHash, rows, models: trained as Record<Role, TrainedModel> };
}

/** A model that the stage trained. */
export async function openTrained(bench: Bench, output: TrainOutput, role: Role): Promise<TrainedTask> {
  return readCheckpoint(join(bench.folder("train", output.folder), role), learntRows(await bench.learning()));
}

export const trainStage: Stage<Bench, TrainInput, TrainOutput> = {
  name: "train",
  run,
  holds: async (bench, { folder }) =>
    roles.every((role) => existsSync(join(bench.folder("train", folder), role, "task.json"))),
  describe: ({ rows, models: trained }) => [
    `learnt from ${formatCount(rows)} rows, watched on rows held out of them`,
    ...roles.map((role) => {
      const { model, epochs, heldOut } = trained[role];
      const [name, value] = Object.entries(heldOut)[0] ?? ["", Number.NaN];
      return `${role} (${model}): ${formatCount(epochs)} epochs, held-out ${name === "auc" ? "AUC" : name} ${formatFigure(value)}`;
    }),
  ],
  summary: ({ rows, models: trained }) => ({
    rows,
    ...Object.fromEntries(
      roles.flatMap((role) => [
        [`${role}Epochs`, trained[role].epochs],
        ...Object.entries(trained[role].heldOut)
          .slice(0, 1)
          .map(([name, value]) => [`${role}HeldOut${name[0]?.toUpperCase()}${name.slice(1)}`, value]),
      ]),
    ),
  }),
};
