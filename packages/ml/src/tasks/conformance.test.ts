// What every task promises, the house's and one that only this test knows: from rows to a bundle and back, by its entry alone.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Column, inferSchema, makeTable, rowsOf, type Table, takeColumns, takeRows } from "@lepta/data";
import { rng } from "@lepta/nn";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { alarm, alarms } from "../../../../tests/alarm-task.ts";
import { readBundle } from "../bundle/read-bundle.ts";
import { openScorer } from "../bundle/scorer.ts";
import { writeBundle } from "../bundle/write-bundle.ts";
import { pointMetrics } from "../evaluate/evaluate-predictions.ts";
import { kindOf } from "../evaluate/kinds/index.ts";
import { outcomeEntry } from "../outcomes/index.ts";
import { bestCandidate, trainCandidates } from "./candidates.ts";
import { registerTaskFamily, taskFamilies, taskFamily, taskFor, taskNamed } from "./index.ts";
import { readTask, writeTask } from "./stored-task.ts";
import type { Task, TaskFamily } from "./task.ts";
import { formAt, measureTrained, type TrainedTask } from "./trained-task.ts";

registerTaskFamily(alarms);

const rows = 240;
/** Rows whose target follows a number and a category, and what a task of each family can learn of it. */
function made(target: (score: number) => Column["data"][number] | boolean, type: Column["type"]): Table {
  const random = rng(11);
  const x = Float64Array.from({ length: rows }, () => random.normal());
  const place = Array.from({ length: rows }, () => ["north", "south", ""][random.integer(3)]!);
  const scores = Array.from(x, (value, i) => 1.5 * value + (place[i] === "north" ? 1.2 : 0) + random.normal(0, 0.4));
  const y = scores.map(target);
  return makeTable([
    { name: "x", type: "number", data: x },
    { name: "place", type: "category", data: place },
    type === "category"
      ? { name: "y", type, data: y.map(String) }
      : { name: "y", type: type as "number" | "boolean", data: Float64Array.from(y, Number) },
  ]);
}

/** A table for each task; a task without one does not pass. */
const tables: Readonly<Record<string, Table>> = {
  binary: made((score) => (score > 0.5 ? "late" : "on time"), "category"),
  multiclass: made((score) => (score > 1 ? "high" : score < -0.5 ? "low" : "middle"), "category"),
  regression: made((score) => 1e6 + 1000 * score, "number"),
  alarm: made((score) => score > 1, "boolean"),
};

const every: { readonly name: string; readonly family: TaskFamily; readonly task: Task }[] = taskFamilies().flatMap(
  (family) => family.tasks.map((task) => ({ name: task.name, family, task })),
);

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lepta-conformance-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const part = (table: Table, from: number, to: number): Table =>
  takeRows(
    table,
    Array.from({ length: to - from }, (_, i) => from + i),
  );

test("the fourth task is one of them", () => {
  expect(every.map(({ name }) => name)).toEqual(["binary", "multiclass", "regression", "alarm"]);
  expect(taskFamily("alarms")).toBe(taskFamily("alarm"));
  expect(taskNamed("alarm")).toBe(alarm);
});

test("a name that is taken, or not there, is refused", () => {
  expect(() => registerTaskFamily(alarms)).toThrow(expect.objectContaining({ code: "task-unsupported" }));
  expect(() => taskNamed("alrm")).toThrow(expect.objectContaining({ fix: expect.stringContaining("alarm") }));
});

describe.each(every)("$name", ({ name, family, task }) => {
  const table = tables[name]!;
  const schema = inferSchema(table, { target: "y" });
  const target = family.classes ? schema.target! : { ...schema.target!, classes: undefined };
  const learning = { ...schema, target };
  const models = [...task.models, ...(task.otherModels ?? [])].map((model) => model.name);
  let trained: TrainedTask[];
  beforeAll(async () => {
    trained = await trainCandidates({
      train: part(table, 0, 140),
      validation: part(table, 140, 180),
      schema: learning,
      task,
      models,
      seed: 2,
    });
  }, 60_000);

  test("is found for its target, with a form of its own kind", () => {
    expect(taskFor(learning, family)).toBe(task);
    expect(task.form(target).kind).toBe(task.kind);
    expect(outcomeEntry(task).problem({ ...task.form(target) })).toBeUndefined();
  });

  test("has metrics of different names, a title each, and models of different names", () => {
    expect(task.models.length).toBeGreaterThan(0);
    expect(task.metrics.length).toBeGreaterThan(0);
    for (const list of [task.metrics.map((one) => one.name), models]) expect(new Set(list).size).toBe(list.length);
    for (const { title, direction } of task.metrics) {
      expect(title).not.toBe("");
      expect(["higher", "lower"]).toContain(direction);
    }
  });

  test("every model is measured on rows held out, and is better than a constant", async () => {
    expect(trained.map(({ model }) => model)).toEqual(models);
    expect(trained).toContain(bestCandidate(trained as [TrainedTask, ...TrainedTask[]]));
    for (const one of trained) {
      const heldOut = pointMetrics({ ...one.heldOut, metrics: task.metrics });
      const { evaluation } = await measureTrained(one, part(table, 180, 240), { seed: 1 });
      expect(Object.keys(evaluation.metrics)).toEqual(task.metrics.map((metric) => metric.name));
      expect(Object.keys(heldOut)).toEqual(Object.keys(evaluation.metrics));
      expect(evaluation.trivial.gain.value).toBeGreaterThan(0);
      for (const { value, low, high } of Object.values(evaluation.metrics)) {
        expect(low!).toBeLessThanOrEqual(value);
        expect(high!).toBeGreaterThanOrEqual(value);
      }
    }
  });

  test("bundles answer as the trained tasks, by the form that their manifests state", async () => {
    const threshold = task.costs === undefined ? undefined : 0.3;
    for (const one of trained) {
      const { dir, manifest } = await writeBundle(join(folder, `${name} ${one.model}`), {
        trained: one,
        name,
        dataHash: table.hash,
        ...(threshold === undefined ? {} : { threshold }),
      });
      expect(manifest).toMatchObject({
        task: name,
        outcome: JSON.parse(JSON.stringify(formAt(one.form, threshold ?? null))),
      });
      expect(await readFile(join(dir, "card.md"), "utf8")).toContain(`pipeline_tag: ${task.tag}`);
      const scorer = await openScorer(await readBundle(dir));
      try {
        const test = part(table, 180, 240);
        const outcomes = await scorer.scoreTable(test);
        const kind = kindOf(task);
        const predicted = await one.predict(test);
        expect([...kind.outputs(outcomes)]).toEqual(Array.from(kind.predicted(predicted)));
        const scored = await scorer.score([...rowsOf(takeColumns(test, ["x", "place"]))]);
        const entry = outcomeEntry(task);
        for (const [row, outcome] of scored.entries()) {
          expect(outcome.kind).toBe(task.kind);
          expect(Object.keys(outcome).sort()).toEqual(Object.keys(entry.at(outcomes, row)).sort());
        }
      } finally {
        await scorer.close();
      }
    }
  });

  test("a stored task is what was stored", async () => {
    const one = trained.at(-1)!;
    const place = join(folder, `${name} stored`);
    const read = await readTask(place, await writeTask(place, one), one.rows);
    expect(read.task).toBe(task);
    expect(read.heldOut).toEqual(one.heldOut);
    expect(await read.predict(table)).toEqual(await one.predict(table));
  });

  test.skipIf(task.costs === undefined)("costs choose the threshold that costs least on rows held out", () => {
    const rule = task.costs!;
    const [one] = trained as [TrainedTask];
    const costs = { falseNegative: 5, falsePositive: 1 };
    const own = rule.threshold(one.heldOut, costs);
    const mean = (threshold: number): number => {
      const each = rule.rowCosts({ ...one.heldOut, threshold } as typeof one.heldOut, costs);
      return each.reduce((sum, cost) => sum + cost, 0) / each.length;
    };
    for (let at = 0; at <= 1; at += 0.01) expect(mean(own)).toBeLessThanOrEqual(mean(at) + 1e-12);
    const matrix = rule.matrix(one.form, costs);
    expect(
      Object.values(matrix)
        .flatMap((answers) => Object.values(answers))
        .sort(),
    ).toEqual([0, 0, 1, 5]);
  });
});
