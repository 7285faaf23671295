// A task that was written and read predicts as before, at any threshold; a file that was touched is refused.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Column, columnBatch, inferSchema, makeTable, type Table } from "@lepta/data";
import { createSession, rng } from "@lepta/nn";
import { afterAll, beforeAll, expect, test } from "vitest";
import { taskNamed } from "./index.ts";
import { readTask, storedTaskHash, writeTask } from "./stored-task.ts";
import { train } from "./train.ts";
import { formAt, type TrainedTask } from "./trained-task.ts";

/** A column has the name of an output. */
function made(target: (score: number) => string | number): Table {
  const random = rng(4);
  const value = Float64Array.from({ length: 90 }, () => random.normal());
  const label = Array.from({ length: 90 }, () => ["x", "y", ""][random.integer(3)]!);
  const targets = Array.from(value, (v, i) => target(v + (label[i] === "x" ? 1 : 0) + random.normal(0, 0.3)));
  const columns: Column[] = [
    { name: "value", type: "number", data: value },
    { name: "label", type: "category", data: label },
    typeof targets[0] === "number"
      ? { name: "t", type: "number", data: Float64Array.from(targets, Number) }
      : { name: "t", type: "category", data: targets.map(String) },
  ];
  return makeTable(columns);
}

const tables = {
  binary: made((score) => (score > 0 ? "good" : "bad")),
  multiclass: made((score) => (score > 1 ? "high" : score < -1 ? "low" : "middle")),
  regression: made((score) => 100 + score),
};

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lepta-task-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function labelsAt(task: TrainedTask, threshold: number, table: Table): Promise<unknown> {
  const session = await createSession(task.graph(formAt(task.form, threshold)));
  try {
    const columns = task.features.inputs.map(({ name }) => name);
    return (await session.run(columnBatch(table, columns))).label_?.data;
  } finally {
    await session.close();
  }
}

test.each(["binary", "multiclass", "regression"] as const)("%s", async (kind) => {
  const table = tables[kind];
  const model = kind === "regression" ? "linear" : "logistic";
  const trained = await train({ train: table, schema: inferSchema(table, { target: "t" }), model });
  const place = join(folder, kind);
  const hash = await writeTask(place, trained);
  expect(await storedTaskHash(place)).toBe(hash);
  const read = await readTask(place, hash, table);
  expect(read.heldOut).toEqual(trained.heldOut);
  expect(await read.predict(table)).toEqual(await trained.predict(table));
  for (const threshold of [0.1, 0.5, 0.9])
    expect(await labelsAt(read, threshold, table)).toEqual(await labelsAt(trained, threshold, table));
  const { graph: _, predict: __, features, ...rest } = read;
  expect(rest).toMatchObject({
    task: taskNamed(kind),
    model,
    form: trained.form,
    seed: 0,
    epochs: trained.epochs,
    rows: table,
  });
  expect(features.state).toEqual(trained.features.state);

  const file = join(place, "task.json");
  await writeFile(file, (await readFile(file, "utf8")).replace('"seed":0', '"seed":1'));
  await expect(readTask(place, hash, table)).rejects.toMatchObject({ code: "stored-task-damaged" });
  await rm(file);
  expect(await storedTaskHash(place)).toBeUndefined();
});
