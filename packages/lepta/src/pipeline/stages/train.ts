// Stage 2: the candidates of the product's task, each trained by the engine's own graph.
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Table, takeRows } from "@lepta/data";
import {
  bestCandidate,
  pointMetrics,
  readTask,
  storedTaskHash,
  type TrainedTask,
  taskFamily,
  taskFor,
  trainCandidates,
  writeTask,
} from "@lepta/ml";
import { epochEvent } from "../../learning/epoch-event.ts";
import { formatCount, formatFigure } from "../../text/numbers.ts";
import type { Stage, StageContext } from "../stage.ts";
import type { LearningTable, Workplace } from "../workplace.ts";

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
  /** Name of the model. */
  readonly model: string;
  /** Hash of the checkpoint. */
  readonly checkpoint: string;
  readonly epochs: number;
  /** Metrics on rows that were held out of the training, by their titles; the deciding one first. */
  readonly heldOut: Readonly<Record<string, number>>;
};

export type TrainOutput = {
  /** Name of the folder that keeps the checkpoints. */
  readonly folder: string;
  readonly rows: number;
  /** The simplest first: it is the baseline. */
  readonly models: readonly TrainedModel[];
  /** The best, on rows held out, of the models beside the baseline; the baseline itself where it is alone. */
  readonly challenger: string;
  /** How columns were taken, one sentence each. */
  readonly notes: readonly string[];
};

/** The rows that are learnt from: the training and the validation part. */
export function learntRows({ table, parts }: LearningTable): Table {
  return takeRows(table, [...parts.train, ...parts.validation]);
}

async function run(workplace: Workplace, { seed, task }: TrainInput, context: StageContext): Promise<TrainOutput> {
  const { report, signal } = context;
  const { table, schema, parts } = await workplace.learning();
  const folder = workplace.folder("train", context.inputHash);
  const fresh = `${folder}.${process.pid}.tmp`;
  await rm(fresh, { recursive: true, force: true });
  const models: TrainedModel[] = [];
  const trained = await trainCandidates({
    train: takeRows(table, parts.train),
    validation: takeRows(table, parts.validation),
    schema,
    task: taskFor(schema, taskFamily(task)),
    seed,
    signal,
    onEvent: (event) => report(epochEvent(event)),
    async onTrained(one) {
      const checkpoint = await writeTask(join(fresh, one.model), one);
      models.push({ model: one.model, checkpoint, epochs: one.epochs, heldOut: heldOutFigures(one) });
    },
  });
  await rm(folder, { recursive: true, force: true });
  await rename(fresh, folder);
  const rows = learntRows(await workplace.learning()).rowCount;
  const notes = [...new Set(trained.flatMap(({ features }) => features.notes))];
  return { folder: context.inputHash, rows, models, challenger: challengerOf(trained), notes };
}

function challengerOf(trained: readonly TrainedTask[]): string {
  const [baseline, ...others] = trained;
  const [first = baseline, ...more] = others;
  if (first === undefined) throw new Error("a task has a model");
  return bestCandidate([first, ...more]).model;
}

function heldOutFigures({ task, heldOut }: TrainedTask): Record<string, number> {
  const points = pointMetrics({ ...heldOut, metrics: task.metrics });
  return Object.fromEntries(
    task.metrics.flatMap(({ name, title }) => {
      const value = points[name];
      return value === undefined ? [] : [[title, value]];
    }),
  );
}

function modelFolder(workplace: Workplace, { folder }: TrainOutput, model: string): string {
  return join(workplace.folder("train", folder), model);
}

/** Whether every model lies in the store as it was written. */
async function whole(workplace: Workplace, output: TrainOutput): Promise<boolean> {
  for (const { model, checkpoint } of output.models)
    if ((await storedTaskHash(modelFolder(workplace, output, model))) !== checkpoint) return false;
  return true;
}

/** A model that the stage trained. */
export async function openTrained(
  workplace: Workplace,
  output: TrainOutput,
  { model, checkpoint }: Pick<TrainedModel, "model" | "checkpoint">,
): Promise<TrainedTask> {
  const rows = learntRows(await workplace.learning());
  return readTask(modelFolder(workplace, output, model), checkpoint, rows);
}

export const trainStage: Stage<Workplace, TrainInput, TrainOutput> = {
  name: "train",
  run,
  holds: whole,
  describe: ({ rows, models, notes }) => [
    `learnt from ${formatCount(rows)} rows, watched on rows held out of them`,
    ...notes,
    ...models.map(({ model, epochs, heldOut }, i) => {
      const [figure] = Object.entries(heldOut).map(([title, value]) => `, held-out ${title} ${formatFigure(value)}`);
      return `${model}${i === 0 && models.length > 1 ? " (baseline)" : ""}: ${formatCount(epochs)} epochs${figure ?? ""}`;
    }),
  ],
  summary: ({ rows, models }) => ({
    rows,
    models: models.map(({ model, epochs, heldOut }) => ({
      model,
      epochs,
      ...Object.fromEntries(Object.entries(heldOut).map(([title, value]) => [`held-out ${title}`, value])),
    })),
  }),
};
