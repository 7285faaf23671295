// A bundle under plain onnxruntime in Python: raw rows in, the scorer's numbers out (LEPTA_TEST_PYTHON).
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Column, inferSchema, isNumeric, makeTable, readTable, type Table } from "@lepta/data";
import { rng } from "@lepta/nn";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { train } from "../tasks/train.ts";
import { readBundle } from "./read-bundle.ts";
import { openScorer } from "./scorer.ts";
import { writeBundle } from "./write-bundle.ts";

const python = process.env.LEPTA_TEST_PYTHON;
const data = process.env.LEPTA_DATA;
const script = fileURLToPath(new URL("../../../../tests/reference/score_bundle.py", import.meta.url));

/** Every kind of column, missing values among them; the target is `target`. */
function made(rows: number): Table {
  const random = rng(4);
  const number = Float64Array.from({ length: rows }, (_, i) => (i % 7 === 0 ? Number.NaN : random.normal(5, 2)));
  const amount = number.map((value) => Math.exp(Number.isNaN(value) ? 1 : value));
  const time = Float64Array.from({ length: rows }, (_, i) => Date.UTC(2023, 0, 1) + i * 12_345_678);
  const kind = Array.from({ length: rows }, () => ["rouge", "vert é", "", "bleu"][random.integer(4)]!);
  const target = kind.map((name, i) => `${name.length > 4 ? 1 : 0}${number[i]! > 5 ? "a" : "b"}`);
  const words = ["Très", "bon", "très", "lent,", "pas", "BON!", "(cher)\nmais", "£5"];
  const notes = Array.from({ length: rows }, (_, i) =>
    i % 13 === 0 ? "" : Array.from({ length: random.integer(9) }, () => words[random.integer(words.length)]).join(" "),
  );
  const columns: Column[] = [
    { name: "number", type: "number", data: number },
    { name: "an amount", type: "number", data: amount },
    { name: "time", type: "timestamp", data: time },
    { name: "flag", type: "boolean", data: number.map((value, i) => (i % 11 === 0 ? Number.NaN : Number(value > 4))) },
    { name: "kind", type: "category", data: kind },
    { name: "notes", type: "text", data: notes, reading: { type: "text", missing: ["pas"] } },
    { name: "target", type: "category", data: target },
  ];
  return makeTable(columns);
}

/** The rows as JSON has them, and one more of values that no training row has. */
function withStranger(table: Table): Table {
  return makeTable(
    table.columns.map(
      (column): Column =>
        isNumeric(column)
          ? { ...column, data: Float64Array.of(...column.data, column.type === "number" ? -1e12 : 0) }
          : { ...column, data: [...column.data, "never seen"] },
    ),
  );
}

describe.skipIf(python === undefined)("onnxruntime in Python (LEPTA_TEST_PYTHON)", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "lepta-python-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function compare(table: Table, target: string, model: string): Promise<void> {
    const schema = inferSchema(table, { target });
    const own = model === "network" ? { settings: { epochs: 5 } } : {};
    const trained = await train({ train: table, schema, model, seed: 1, ...own });
    const { dir } = await writeBundle(join(folder, `${target} ${model}`), {
      trained,
      name: target,
      dataHash: table.hash,
    });
    const rows = withStranger(table);
    const columns = rows.columns.map(({ name, data }) => [name, Array.from<number | string, unknown>(data, orNull)]);
    const file = join(folder, "rows.json");
    await writeFile(file, JSON.stringify(Object.fromEntries(columns)));
    const { stdout } = await promisify(execFile)(python!, [script, dir, file], { maxBuffer: 2 ** 28 });
    const theirs = JSON.parse(stdout) as Record<string, (number[] | string)[]>;
    const scorer = await openScorer(await readBundle(dir));
    const ours = await scorer.scoreTable(rows);
    await scorer.close();
    if (ours.kind !== "class" && ours.kind !== "number") throw new Error(`no ${ours.kind}`);
    const numbers = ours.kind === "number" ? ours.values : ours.probabilities;
    const name = ours.kind === "number" ? "value" : "probabilities";
    const expected = theirs[name]!.flat() as number[];
    expect(expected.length).toBe(numbers.length);
    const scale = Math.max(1, ...expected.map(Math.abs));
    const gaps = expected.map((value, i) => Math.abs(value - numbers[i]!) / scale);
    expect(Math.max(...gaps)).toBeLessThan(1e-5);
    if (ours.kind === "class") expect(theirs.label).toEqual(ours.labels);
  }

  const orNull = (value: number | string): unknown => (value === "" || Number.isNaN(value) ? null : value);

  test.each(["logistic", "network", "boosting"] as const)(
    "scores raw rows as the scorer does: %s, classes",
    async (model) => {
      await compare(made(120), "target", model);
    },
  );

  test.each(["linear", "network", "boosting"] as const)(
    "scores raw rows as the scorer does: %s, numbers",
    async (model) => {
      await compare(made(120), "an amount", model);
    },
  );

  test.skipIf(data === undefined)("scores German credit as the scorer does (LEPTA_DATA)", async () => {
    const table = await readTable(join(data!, "german_credit/german_credit.csv"));
    for (const model of ["network", "boosting"]) await compare(table, "bad", model);
  });
});
