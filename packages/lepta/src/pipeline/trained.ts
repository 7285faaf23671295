// The models that the train stage kept in the store, as later stages open them.
import { join } from "node:path";
import { readTask, type TrainedTask } from "@lepta/ml";
import { learntRows, type TableKey } from "../learning/learning-table.ts";
import type { RunTools } from "./tools.ts";

export type TrainedModel = {
  /** Name of the model. */
  readonly model: string;
  /** Hash of the checkpoint. */
  readonly checkpoint: string;
  readonly epochs: number;
  /** Metrics on rows that were held out of the training, by their titles; the deciding one first. */
  readonly heldOut: Readonly<Record<string, number>>;
};

export type Trained = {
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

export function trainedFolder({ folder }: Pick<Trained, "folder">, model: string, tools: RunTools): string {
  return join(tools.folder("train", folder), model);
}

/** Throws `stored-task-damaged` where what lies there is not what was trained. */
export async function openTrained(
  trained: Pick<Trained, "folder">,
  { model, checkpoint }: Pick<TrainedModel, "model" | "checkpoint">,
  key: TableKey,
  tools: RunTools,
): Promise<TrainedTask> {
  return readTask(trainedFolder(trained, model, tools), checkpoint, learntRows(await tools.table(key)));
}
