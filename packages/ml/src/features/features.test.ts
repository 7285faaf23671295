// Features: what each kind of column becomes, fitted on the training part alone, robust at whatever comes later.
import { type Column, columnBatch, makeTable, type Table } from "@lepta/data";
import { buildGraph, createSession } from "@lepta/nn";
import { describe, expect, test } from "vitest";
import { type FeaturePipeline, featurePipeline } from "./feature-pipeline.ts";
import { fitFeatures } from "./fit-features.ts";

const numbers = (name: string, ...data: number[]): Column => ({ name, type: "number", data: Float64Array.from(data) });
const strings = (name: string, ...data: string[]): Column => ({ name, type: "category", data });
const schemaOf = (table: Table) => ({ features: table.columns.map(({ name, type }) => ({ name, type })) });

async function run(pipeline: FeaturePipeline, table: Table): Promise<number[][]> {
  const session = await createSession(buildGraph({ matrix: pipeline.apply(pipeline.placeholders()) }));
  const { matrix } = await session.run(columnBatch(table));
  await session.close();
  expect(matrix!.shape).toEqual([table.rowCount, pipeline.columns.length]);
  const data = [...(matrix!.data as Float32Array)];
  return Array.from({ length: table.rowCount }, (_, row) =>
    data.slice(row * pipeline.columns.length, (row + 1) * pipeline.columns.length),
  );
}

describe("numbers", () => {
  const train = makeTable([numbers("age", 20, 30, 40, Number.NaN, 50)]);

  test("are imputed by the median, standardised and, where they were missing, marked", async () => {
    const pipeline = fitFeatures(train, schemaOf(train), { encoding: "linear" });
    expect(pipeline.columns).toEqual(["age", "age is missing"]);
    const matrix = await run(pipeline, makeTable([numbers("age", 35, Number.NaN, 45)]));
    const deviation = Math.sqrt((15 ** 2 + 5 ** 2 + 5 ** 2 + 15 ** 2) / 5);
    expect(matrix[0]).toEqual([0, 0]);
    expect(matrix[1]).toEqual([0, 1]);
    expect(matrix[2]![0]).toBeCloseTo(10 / deviation, 6);
  });

  test("have a piecewise-linear encoding whose bins fill one after another", async () => {
    const table = makeTable([numbers("x", ...Array.from({ length: 101 }, (_, i) => i))]);
    const pipeline = fitFeatures(table, schemaOf(table), { bins: 4 });
    expect(pipeline.columns.slice(1)).toEqual(["x in 0 to 25", "x in 25 to 50", "x in 50 to 75", "x in 75 to 100"]);
    const matrix = await run(pipeline, makeTable([numbers("x", -1e9, 60, 1e300)]));
    expect(matrix[0]!.slice(1)).toEqual([0, 0, 0, 0]);
    expect(matrix[1]!.slice(1, 3)).toEqual([1, 1]);
    expect(matrix[1]![3]).toBeCloseTo(0.4, 6);
    expect(matrix[2]!.slice(1)).toEqual([1, 1, 1, 1]);
    expect(matrix.flat().every(Number.isFinite)).toBe(true);
  });

  test("in the plain encoding are less their median, and missing where they are missing", async () => {
    const time = Date.UTC(2024, 0, 1, 6);
    const times = Float64Array.from({ length: 50 }, (_, i) => time + i * 21_600_000);
    const marked: Column = {
      ...numbers("n", ...times.map((_, i) => 1e9 + i)),
      reading: { type: "number", missing: ["-9"] },
    };
    const table = makeTable([{ name: "t", type: "timestamp", data: times }, marked]);
    const pipeline = fitFeatures(table, schemaOf(table), { encoding: "plain" });
    expect(pipeline.columns).toEqual(["t", "n", "t's hour", "t's weekday"]);
    const asked = makeTable([
      { name: "t", type: "timestamp", data: Float64Array.of(time, Number.NaN) },
      numbers("n", 1e9 + 30.5, -9),
    ]);
    const [first, second] = await run(pipeline, asked);
    expect(first).toEqual([-24.5 * 21_600_000, 6, 0.25, Math.fround(0.25 / 7)]);
    expect(second).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
    const [far] = await run(
      pipeline,
      makeTable([{ name: "t", type: "timestamp", data: Float64Array.of(time) }, numbers("n", 1e300)]),
    );
    expect(far![1]).toBe(Math.fround(1e38));
  });

  test("with a long tail are taken by their logarithm", async () => {
    const table = makeTable([numbers("amount", ...Array.from({ length: 50 }, (_, i) => Math.exp(i / 5)))]);
    const pipeline = fitFeatures(table, schemaOf(table), { encoding: "linear" });
    expect(pipeline.state.features[0]).toMatchObject({ log: true });
    const matrix = await run(pipeline, makeTable([numbers("amount", -5, 0, 10, 100)]));
    expect(matrix[0]).toEqual(matrix[1]);
    expect(matrix[3]![0]! - matrix[2]![0]!).toBeGreaterThan(0.5);
  });

  test("that are constant, or missing throughout, have no effect", async () => {
    const table = makeTable([numbers("a", 0.1, 0.1, 0.1), numbers("b", Number.NaN, Number.NaN, Number.NaN)]);
    const pipeline = fitFeatures(table, schemaOf(table));
    const matrix = await run(pipeline, makeTable([numbers("a", 0.1, 7), numbers("b", Number.NaN, 3)]));
    expect(matrix.flat().every((value) => value === 0)).toBe(true);
  });
});

describe("categories", () => {
  const train = makeTable([strings("job", "nurse", "clerk", "clerk", "")]);

  test("have a column each, missing too; an unseen one counts as an average row", async () => {
    const pipeline = fitFeatures(train, schemaOf(train));
    expect(pipeline.columns).toEqual(["job=clerk", "job=nurse", "job is missing"]);
    const matrix = await run(pipeline, makeTable([strings("job", "nurse", "", "pilot")]));
    expect(matrix).toEqual([
      [0, 1, 0],
      [0, 0, 1],
      [0.5, 0.25, 0.25],
    ]);
  });

  test("beyond the limit share a column with every unknown one", async () => {
    const pipeline = fitFeatures(train, schemaOf(train), { categories: 1 });
    expect(pipeline.columns).toEqual(["job=clerk", "job is missing", "job is another"]);
    const matrix = await run(pipeline, makeTable([strings("job", "nurse", "pilot")]));
    expect(matrix).toEqual([
      [0, 0, 1],
      [0, 0, 1],
    ]);
  });
});

test("booleans are numbers; times have their cycles", async () => {
  const hours = Float64Array.from({ length: 400 * 24 }, (_, i) => Date.UTC(2024, 0, 1) + i * 3_600_000);
  const table = makeTable([
    { name: "at", type: "timestamp", data: hours },
    { name: "paid", type: "boolean", data: hours.map((_, i) => i % 2) },
  ]);
  const pipeline = fitFeatures(table, schemaOf(table), { encoding: "linear" });
  expect(pipeline.columns).toEqual([
    "at",
    "paid",
    "sine of at's hour",
    "sine of at's weekday",
    "sine of at's year",
    "cosine of at's hour",
    "cosine of at's weekday",
    "cosine of at's year",
  ]);
  // Monday, 6:00.
  const matrix = await run(
    pipeline,
    makeTable([
      { name: "at", type: "timestamp", data: Float64Array.of(Date.UTC(2024, 6, 1, 6)) },
      { name: "paid", type: "boolean", data: Float64Array.of(1) },
    ]),
  );
  const [, paid, hour, weekday] = matrix[0]!;
  expect(paid).toBeCloseTo(1, 6);
  expect(hour).toBeCloseTo(1, 5);
  expect(weekday).toBeCloseTo(Math.sin((2 * Math.PI * 0.25) / 7), 5);
});

test("are fitted on the training part: other rows change nothing", async () => {
  const train = makeTable([numbers("x", 1, 2, 3), strings("c", "a", "b", "a")]);
  const state = fitFeatures(train, schemaOf(train)).state;
  // The schema may know categories of other parts: they are not learnt.
  const wide = {
    features: [
      { name: "x", type: "number" as const },
      { name: "c", type: "category" as const, categories: ["a", "b", "z"] },
    ],
  };
  expect(fitFeatures(train, wide).state).toEqual(state);
  const copy = featurePipeline(JSON.parse(JSON.stringify(state)));
  const later = makeTable([numbers("x", 5, Number.NaN), strings("c", "z", "b")]);
  expect(await run(copy, later)).toEqual(await run(featurePipeline(state), later));
});

test("free text without a word that stands in two rows is left out and said; nothing to learn from is an error", () => {
  const text: Column = { name: "notes", type: "text", data: ["came late", "was ill"] };
  const table = makeTable([text, numbers("x", 1, 2)]);
  const pipeline = fitFeatures(table, schemaOf(table));
  expect(pipeline.leftOut).toEqual([{ name: "notes", reason: "free text: no word stands in 2 rows" }]);
  expect(pipeline.inputs.map(({ name }) => name)).toEqual(["x"]);
  const only = makeTable([text]);
  expect(() => fitFeatures(only, schemaOf(only))).toThrowError(expect.objectContaining({ code: "no-features" }));
});
