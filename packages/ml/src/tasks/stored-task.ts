// A trained task on the disk: what a later stage, or a later run, needs to measure and bundle it.
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Schema, SchemaTarget, Table } from "@lepta/data";
import { decodeOnnx, encodeOnnx } from "@lepta/nn";
import { MlError } from "../errors.ts";
import { kindOf } from "../evaluate/kinds/index.ts";
import { type FeaturePipeline, featurePipeline } from "../features/feature-pipeline.ts";
import type { FeatureState } from "../features/feature-state.ts";
import type { OutcomeForm } from "../outcomes/index.ts";
import { taskNamed } from "./index.ts";
import { withForm } from "./model-graph.ts";
import { predictTable, type TrainedTask } from "./trained-task.ts";

interface StoredTask {
  readonly task: string;
  readonly model: string;
  readonly seed: number;
  readonly epochs: number;
  readonly schema: Schema;
  readonly target: SchemaTarget;
  readonly form: OutcomeForm;
  readonly features: FeatureState;
  readonly leftOut: FeaturePipeline["leftOut"];
  readonly heldOut: {
    readonly labels: readonly (string | number)[];
    readonly outputs: readonly number[];
  };
}

/** Writes `model.onnx` and `task.json` into a folder. @returns their hash, which `readTask` asks for */
export async function writeTask(folder: string, trained: TrainedTask): Promise<string> {
  const { task, model, seed, epochs, schema, target, form, features, heldOut } = trained;
  const stored: StoredTask = {
    task: task.name,
    model,
    seed,
    epochs,
    schema,
    target,
    form,
    features: features.state,
    leftOut: features.leftOut,
    heldOut: {
      labels: Array.from<string | number>(heldOut.labels),
      outputs: Array.from(kindOf(heldOut).predicted(heldOut)),
    },
  };
  const onnx = encodeOnnx(trained.graph());
  const text = JSON.stringify(stored);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "model.onnx"), onnx, { flush: true });
  await writeFile(join(folder, "task.json"), text, { flush: true });
  return hashOf(onnx, text);
}

/** SHA-256 of the files that lie in the folder; undefined where one is not there. */
export async function storedTaskHash(folder: string): Promise<string | undefined> {
  try {
    const [onnx, text] = await read(folder);
    return hashOf(onnx, text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * @param hash what `writeTask` returned; throws `stored-task-damaged` where the files have another
 * @param rows the rows that were learnt from (their distribution becomes the bundle's reference)
 */
export async function readTask(folder: string, hash: string, rows: Table): Promise<TrainedTask> {
  const [onnx, text] = await read(folder);
  if (hashOf(onnx, text) !== hash)
    throw new MlError(
      "stored-task-damaged",
      `The trained model in ${folder} is not the one that was written there.`,
      "Remove the folder, and train again.",
    );
  const graph = decodeOnnx(onnx);
  const stored = JSON.parse(text) as StoredTask;
  const { model, seed, epochs, schema, target, form, heldOut } = stored;
  const features = featurePipeline(stored.features, stored.leftOut);
  const columns = features.inputs.map(({ name }) => name);
  return {
    task: taskNamed(stored.task),
    model,
    seed,
    epochs,
    schema,
    target,
    form,
    features,
    rows,
    heldOut: kindOf(form).pair(form, Float64Array.from(heldOut.outputs), heldOut.labels as readonly string[]),
    graph: (own = form) => (own === form ? graph : withForm(graph, columns, own)),
    predict: (table) => predictTable(graph, { features, target, form }, table),
  };
}

function read(folder: string): Promise<[Buffer, string]> {
  return Promise.all([readFile(join(folder, "model.onnx")), readFile(join(folder, "task.json"), "utf8")]);
}

function hashOf(onnx: Uint8Array, text: string): string {
  return createHash("sha256").update(onnx).update(text).digest("hex");
}
