// A trained model on the disk between the stages: what a later stage, or a later run, needs to measure and bundle it.
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { columnBatch, columnOf, isNumeric, labelAt, type Schema, type SchemaTarget, type Table } from "@lepta/data";
import { type FeatureState, featurePipeline, type Task, type TaskPredictions, type TrainedTask } from "@lepta/ml";
import {
  buildGraph,
  cast,
  constant,
  createSession,
  decodeOnnx,
  encodeOnnx,
  type Graph,
  gather,
  greaterOrEqual,
  reshape,
  slice,
  type Tensor,
  where,
} from "@lepta/nn";

interface StoredTask {
  readonly task: Task;
  readonly model: string;
  readonly seed: number;
  readonly epochs: number;
  readonly schema: Schema;
  readonly target: SchemaTarget;
  readonly features: FeatureState;
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
  readonly heldOut: {
    readonly labels: readonly (string | number)[];
    readonly outputs: readonly number[];
  };
}

/** Writes `model.onnx` and `task.json` into a new folder. @returns SHA-256 of both. */
export async function writeCheckpoint(folder: string, trained: TrainedTask): Promise<string> {
  const { task, model, seed, epochs, schema, target, features, heldOut } = trained;
  const stored: StoredTask = {
    task,
    model,
    seed,
    epochs,
    schema,
    target,
    features: features.state,
    leftOut: features.leftOut,
    heldOut: {
      labels: Array.from<string | number>(heldOut.labels),
      outputs: [...(heldOut.task === "regression" ? heldOut.values : heldOut.probabilities)],
    },
  };
  const onnx = encodeOnnx(trained.graph());
  const text = JSON.stringify(stored);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "model.onnx"), onnx, { flush: true });
  await writeFile(join(folder, "task.json"), text, { flush: true });
  return createHash("sha256").update(onnx).update(text).digest("hex");
}

/** @param rows the rows that were learnt from (their distribution becomes the bundle's reference) */
export async function readCheckpoint(folder: string, rows: Table): Promise<TrainedTask> {
  const graph = decodeOnnx(await readFile(join(folder, "model.onnx")));
  const stored = JSON.parse(await readFile(join(folder, "task.json"), "utf8")) as StoredTask;
  const { target } = stored;
  const features = featurePipeline(stored.features, stored.leftOut);
  const { labels, outputs } = stored.heldOut;
  return {
    task: stored.task,
    model: stored.model,
    seed: stored.seed,
    epochs: stored.epochs,
    schema: stored.schema,
    target,
    features,
    rows,
    heldOut: predictions(target, labels, Float32Array.from(outputs)),
    graph: ({ threshold } = {}) => (threshold === undefined ? graph : withThreshold(graph, target, threshold)),
    async predict(table) {
      const session = await createSession(graph);
      try {
        const columns = features.inputs.map(({ name }) => name);
        const results = await session.run(columnBatch(table, columns));
        const output = results[numbersOf(graph).name]?.data as Float32Array;
        return predictions(target, labelsOf(table, target), output);
      } finally {
        await session.close();
      }
    },
  };
}

/** The model's output of numbers: probabilities or values; the other one, if any, is the label. */
function numbersOf(graph: Graph): Graph["outputs"][number] {
  return graph.outputs.find(({ tensor }) => tensor.dtype === "float32") as Graph["outputs"][number];
}

/** The same model whose label is the positive class from `threshold` on. */
function withThreshold(graph: Graph, { classes = [], positive }: SchemaTarget, threshold: number): Graph {
  const label = graph.outputs.find(({ tensor }) => tensor.dtype === "string");
  if (label === undefined || classes.length !== 2) return graph;
  const { name, tensor: probabilities } = numbersOf(graph);
  const index = positive === undefined ? 1 : classes.indexOf(positive);
  const score: Tensor = reshape(slice(probabilities, index, index + 1, 1), [-1]);
  const called = greaterOrEqual(cast(score, "float64"), constant(threshold, "float64"));
  const decided = where(called, constant([BigInt(index)]), constant([BigInt(1 - index)]));
  return buildGraph(
    { [name]: probabilities, [label.name]: gather(constant([...classes]), decided, 0) },
    { name: graph.name, inputs: [...graph.inputs] },
  );
}

function labelsOf(table: Table, target: SchemaTarget): (string | number)[] {
  const column = columnOf(table, target.name);
  if (target.classes === undefined && isNumeric(column)) return [...column.data];
  return Array.from({ length: table.rowCount }, (_, row) => labelAt(column, row) ?? "");
}

function predictions(
  { classes, positive }: SchemaTarget,
  labels: readonly (string | number)[],
  outputs: Float32Array,
): TaskPredictions {
  if (classes === undefined) return { task: "regression", labels: Float64Array.from(labels, Number), values: outputs };
  return {
    task: classes.length === 2 ? "binary" : "multiclass",
    classes,
    ...(positive === undefined ? {} : { positive }),
    labels: labels.map(String),
    probabilities: outputs,
  };
}
