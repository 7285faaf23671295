// Training a task from tables: three kinds of targets, held-out predictions, events, and what is refused.
import { join } from "node:path";
import { type Column, inferSchema, makeTable, readTable, type Table, takeRows } from "@lepta/data";
import { rng } from "@lepta/nn";
import { describe, expect, test } from "vitest";
import { pointMetrics } from "../evaluate/evaluate-predictions.ts";
import { crossValidate } from "./cross-validate.ts";
import { type TrainEvent, train } from "./train.ts";

/** `kind` decides most of the target; a third of the numbers are missing. */
function made(rows: number, target: "two" | "three" | "number"): Table {
  const random = rng(9);
  const kinds = Array.from({ length: rows }, () => ["red", "green", "blue", ""][random.integer(4)]!);
  const size = Float64Array.from({ length: rows }, () => (random.uniform() < 0.3 ? Number.NaN : random.normal(10, 3)));
  const score = kinds.map((kind, i) => ({ red: 2, green: 0, blue: -2 })[kind] ?? (Number.isNaN(size[i]!) ? 1 : -1));
  const noisy = score.map((value) => value + random.normal(0, 0.7));
  const columns: Column[] = [
    { name: "kind", type: "category", data: kinds },
    { name: "size", type: "number", data: size },
    { name: "paid", type: "boolean", data: Float64Array.from(noisy, (value) => Number(value > 0.5)) },
  ];
  if (target === "number")
    columns.push({ name: "y", type: "number", data: Float64Array.from(noisy, (v) => 1e6 + 1e3 * v) });
  else {
    const classes = noisy.map((value) => (value > 1 ? "high" : target === "three" && value < -1 ? "low" : "mid"));
    columns.push({ name: "y", type: "category", data: classes });
  }
  return makeTable(columns);
}

const part = (table: Table, from: number, to: number): Table =>
  takeRows(
    table,
    Int32Array.from({ length: to - from }, (_, i) => from + i),
  );

const settings = { members: 4, epochs: 30, lr: 0.01 };

describe.each(["simplest", "network"] as const)("train the %s model", (which) => {
  const modelOf = (task: string) => (which === "network" ? which : task === "regression" ? "linear" : "logistic");

  test.each([
    ["two", "binary", "auc", 0.85],
    ["three", "multiclass", "accuracy", 0.65],
    ["number", "regression", "r2", 0.7],
  ] as const)("of %s: %s", async (target, task, metric, atLeast) => {
    const table = made(400, target);
    const schema = inferSchema(table, { target: "y" });
    const model = modelOf(task);
    const options = { schema, model, seed: 3, ...(which === "network" ? { settings } : {}) };
    const events: TrainEvent[] = [];
    const trained = await train({
      ...options,
      train: part(table, 0, 240),
      validation: part(table, 240, 320),
      measure: pointMetrics,
      onEvent: (event) => events.push(event),
    });
    expect(trained.task.name).toBe(task);
    expect(trained.model).toBe(model);
    expect(trained.rows.rowCount).toBe(320);
    const test = await trained.predict(part(table, 320, 400));
    expect(test.kind).toBe(task === "regression" ? "number" : "class");
    expect(pointMetrics(test)[metric]).toBeGreaterThan(atLeast);
    expect(trained.heldOut.labels.length).toBe(320);
    expect(pointMetrics(trained.heldOut)[metric]).toBeGreaterThan(atLeast);
    const last = events.at(-1)!;
    expect(last.validationLoss).toBeGreaterThan(0);
    expect(last.metrics![metric]).toBeGreaterThan(atLeast);
    expect(last.epoch).toBeLessThanOrEqual(last.total);
  });

  test("again from the same seed: the same predictions", async () => {
    const table = made(120, "two");
    const schema = inferSchema(table, { target: "y" });
    const own = which === "network" ? { settings: { epochs: 3 } } : {};
    const options = { train: table, schema, model: modelOf("binary"), seed: 1, ...own };
    const outputs = async () => {
      const predictions = await (await train(options)).predict(table);
      return predictions.kind === "class" ? [...predictions.probabilities] : [];
    };
    expect(await outputs()).toEqual(await outputs());
  });
});

describe("train refuses", () => {
  const table = made(60, "two");
  const schema = inferSchema(table, { target: "y" });

  test("a schema without a target", async () => {
    const untargeted = inferSchema(table);
    await expect(train({ train: table, schema: untargeted })).rejects.toMatchObject({ code: "task-unsupported" });
  });

  test("rows of one class, rows of an unknown class, hardly any rows", async () => {
    const target = table.columns.at(-1)!;
    const one = takeRows(
      table,
      Int32Array.from({ length: 60 }, (_, i) => i).filter((row) => target.data[row] === "mid"),
    );
    await expect(train({ train: one, schema })).rejects.toMatchObject({ code: "training-rows-invalid" });
    const fewer = { ...schema, target: { ...schema.target!, classes: ["high", "none"] } };
    await expect(train({ train: table, schema: fewer })).rejects.toMatchObject({ code: "training-rows-invalid" });
    await expect(train({ train: part(table, 0, 1), schema })).rejects.toMatchObject({ code: "training-rows-invalid" });
  });

  test("to go on after its signal", async () => {
    const signal = AbortSignal.abort();
    await expect(train({ train: table, schema, signal })).rejects.toMatchObject({ code: "training-aborted" });
    await expect(train({ train: table, schema, model: "logistic", signal })).rejects.toMatchObject({
      code: "training-aborted",
    });
  });

  test("a model that the task does not have, and a setting that the model does not have", async () => {
    const options = { train: table, schema };
    await expect(train({ ...options, model: "linear" })).rejects.toMatchObject({ code: "task-unsupported" });
    const misspelt = train({ ...options, model: "network", settings: { epoch: 3 } });
    await expect(misspelt).rejects.toMatchObject({ code: "setting-unknown", fix: expect.stringContaining("epochs") });
  });

  test("but leaves out rows without a target", async () => {
    const columns = table.columns.map(
      (column): Column =>
        column.type === "category" && column.name === "y"
          ? { ...column, data: column.data.map((label, row) => (row < 10 ? "" : label)) }
          : column,
    );
    const trained = await train({ train: makeTable(columns), schema, model: "logistic" });
    expect(trained.rows.rowCount).toBe(50);
  });
});

const data = process.env.LEPTA_DATA;
describe.skipIf(data === undefined)("on German credit (LEPTA_DATA)", () => {
  const file = join(data ?? "", "german_credit/german_credit.csv");

  test("5-fold cross-validation reaches an AUC of .785, and beats the baseline", async () => {
    const table = await readTable(file);
    const schema = inferSchema(table, { target: "bad" });
    const network = await crossValidate(table, schema, { folds: 5, seed: 1 });
    const logistic = await crossValidate(table, schema, { folds: 5, seed: 1, model: "logistic" });
    expect(network.auc!.value).toBeGreaterThan(0.785);
    expect(logistic.auc!.value).toBeGreaterThan(0.77);
    expect(network.auc!.value).toBeGreaterThan(logistic.auc!.value);
    expect(network.logLoss!.value).toBeLessThan(logistic.logLoss!.value);
  }, 180_000);
});
