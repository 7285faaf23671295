// Stage 2: the candidates of the product's task, each trained by the engine's own graph.
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { takeRows } from "@lepta/data";
import { bestCandidate, pointMetrics, storedTaskHash, type TrainedTask, trainCandidates, writeTask } from "@lepta/ml";
import { epochEvent } from "../../learning/epoch-event.ts";
import { learntRows, type TableKey } from "../../learning/learning-table.ts";
import { formatCount, formatFigure } from "../../text/numbers.ts";
import type { Stage } from "../stage.ts";
import type { RunTools, StageTools } from "../tools.ts";
import { type Trained, type TrainedModel, trainedFolder } from "../trained.ts";
import type { DataOutput } from "./data.ts";

export type TrainInput = { readonly table: TableKey };

async function run({ table: key }: TrainInput, tools: StageTools): Promise<Trained> {
  const { report, signal, inputHash } = tools;
  const learning = await tools.table(key);
  const { table, schema, parts, task } = learning;
  const folder = tools.folder("train", inputHash);
  const fresh = `${folder}.${process.pid}.tmp`;
  await rm(fresh, { recursive: true, force: true });
  const models: TrainedModel[] = [];
  const trained = await trainCandidates({
    train: takeRows(table, parts.train),
    validation: takeRows(table, parts.validation),
    schema,
    task,
    seed: key.seed,
    signal,
    onEvent: (event) => report(epochEvent(event)),
    async onTrained(one) {
      const checkpoint = await writeTask(join(fresh, one.model), one);
      models.push({ model: one.model, checkpoint, epochs: one.epochs, heldOut: heldOutFigures(one) });
    },
  });
  await rm(folder, { recursive: true, force: true });
  await rename(fresh, folder);
  const notes = [...new Set(trained.flatMap(({ features }) => features.notes))];
  return { folder: inputHash, rows: learntRows(learning).rowCount, models, challenger: challengerOf(trained), notes };
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

/** Whether every model lies in the store as it was written. */
async function whole(output: Trained, tools: RunTools): Promise<boolean> {
  for (const { model, checkpoint } of output.models)
    if ((await storedTaskHash(trainedFolder(output, model, tools))) !== checkpoint) return false;
  return true;
}

export const trainStage: Stage<"train", TrainInput, Trained, { readonly data: DataOutput }> = {
  name: "train",
  help: {
    does: "every model of the task, early stopping on rows held out",
    dependsOn: "the table of the data stage",
  },
  input: (_, { data }) => ({ table: data.source }),
  run,
  holds: (_, output, tools) => whole(output, tools),
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
