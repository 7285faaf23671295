// What is no feature has no part in the split: neither row numbers nor their order. What cannot be learnt is refused.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { profileTable, splitTable } from "@lepta/data";
import { taskFamily } from "@lepta/ml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Columns } from "../product/columns.ts";
import { alikeClasses, doubtfulClasses, prepareTable, splitBy } from "./prepare.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lepta-prepare-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** 150 cases, each third one twice. */
const cases = Array.from(
  { length: 150 },
  (_, i) => `${(i * 37) % 151},${["a", "b", "c"][i % 3]},${i % 2 ? "no" : "yes"}`,
);
const rows = cases.flatMap((row, i) => (i % 3 === 0 ? [row, row] : [row]));

/** Which part each row's content is in, and the profile, of a file whose first column counts its rows. */
async function partsOf(name: string, lines: readonly string[], from = 1) {
  const path = join(folder, name);
  await writeFile(path, `n,size,kind,y\n${lines.map((line, i) => `${i + from},${line}`).join("\n")}\n`);
  const { table, schema } = await prepareTable(path, { target: "y" });
  const parts = splitTable(table, { stratify: "y", seed: 42 });
  const contents = (part: Int32Array): string[] => Array.from(part, (row) => lines[row] as string).sort();
  return {
    schema,
    hash: table.hash,
    columns: table.columns.map((column) => column.name),
    duplicates: profileTable(table, schema).duplicates.rows,
    train: contents(parts.train),
    validation: contents(parts.validation),
    test: contents(parts.test),
  };
}

test("rows with a counter: shuffled and numbered anew, each part holds the same rows", async () => {
  const first = await partsOf("first.csv", rows);
  expect(first.schema.leftOut).toEqual([{ name: "n", reason: "it only counts the rows" }]);
  expect(first.columns).toEqual(["size", "kind", "y"]);
  expect(first.duplicates).toBe(50);

  const shuffled = rows.map((_, i) => rows[(i * 71) % rows.length] as string);
  expect(await partsOf("shuffled.csv", shuffled)).toEqual(first);
  expect(await partsOf("renumbered.csv", rows, 1000)).toEqual(first);
});

test.each([
  ["the target alone", "y\na\nb\n", {}, "columns-mismatch", /has no column to learn from: it has the target alone\.$/],
  ["one number", "x,y\n1,2.5\n2,2.5\n", {}, "target-one-class", /"2\.5" in every row/],
  ["three classes", "x,y\n1,a\n2,b\n3,c\n", { positive: "a" }, "positive-unknown", /has 3 classes: a, b, c/],
  [
    "a number",
    "x,y\n1,1\n2,2\n3,1\n",
    { positive: "1", family: taskFamily("regression") },
    "positive-unknown",
    /as a number/,
  ],
] as const)("a target that cannot be learnt so: %s", async (_, text, options, code, message) => {
  const path = join(folder, "refused.csv");
  await writeFile(path, text);
  const refused = await prepareTable(path, { target: "y", ...options }).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code, message: expect.stringMatching(message) });
  if (code === "target-one-class") expect(refused).toMatchObject({ fix: expect.not.stringContaining("classes") });
});

test("numbers that are asked for as classes are doubted, few classes are not", async () => {
  const path = join(folder, "floats.csv");
  const doubt = async (target: (row: number) => string): Promise<string | undefined> => {
    const lines = Array.from({ length: 200 }, (_, row) => `${(row * 37) % 101},${target(row)}`);
    await writeFile(path, `x,y\n${lines.join("\n")}\n`);
    const { table, schema } = await prepareTable(path, { target: "y", family: taskFamily("classification") });
    return doubtfulClasses(schema, table);
  };
  expect(await doubt((row) => String(row + 0.5))).toMatch(/200 classes in 200 rows, all of them numbers/);
  expect(await doubt((row) => `kind ${row % 40}`)).toMatch(/40 classes in 200 rows: most have few rows/);
  expect(await doubt((row) => `kind ${row % 15}`)).toBeUndefined();
});

test("a declared column, its type and a counter have no part in the split; CSV and NDJSON split alike", async () => {
  const lines = Array.from({ length: 200 }, (_, i) => [
    `0${(i * 7) % 40}`,
    `${(i * 13) % 50}`,
    "abc"[i % 3],
    i % 4 ? "n" : "y",
  ]);
  const path = join(folder, "declared.csv");
  await writeFile(path, `n,code,size,kind,y\n${lines.map((line, i) => [i + 1, ...line].join(",")).join("\n")}\n`);
  const ndjson = join(folder, "declared.ndjson");
  const record = ([code, size, kind, y]: (string | undefined)[]): string =>
    JSON.stringify({ code, size: Number(size), kind, y });
  await writeFile(ndjson, `${lines.map(record).join("\n")}\n`);
  const partsWith = async (file: string, columns?: Columns) => {
    const { table } = await prepareTable(file, { target: "y", columns });
    return splitTable(table, { stratify: "y", seed: 3 });
  };
  const plain = await partsWith(path);
  expect(plain.test.length).toBe(40);
  for (const columns of [
    { code: "number", size: "number", kind: "category" },
    { code: "text", size: "category", kind: "text" },
    { size: "number" },
    { n: "category", kind: "category" },
  ] satisfies Columns[])
    expect(await partsWith(path, columns)).toEqual(plain);
  expect(await partsWith(ndjson)).toEqual(plain);
});

test("a group is no feature, keeps every digit and stays together; what looks like one is pointed at", async () => {
  const path = join(folder, "visits.csv");
  const person = (i: number): string => `12345678901234567${String(Math.floor(i / 5)).padStart(3, "0")}`;
  const lines = Array.from({ length: 200 }, (_, i) => `${person(i)},${(i * 13) % 50},${i % 10 < 5 ? "ill" : "well"}`);
  await writeFile(path, `patient_id,size,y\n${lines.join("\n")}\n`);
  const unnamed = await prepareTable(path, { target: "y" });
  const { suspects } = profileTable(unnamed.table, unnamed.schema);
  expect([...suspects, ...unnamed.groupSuspects]).toMatchObject([{ name: "patient_id", kind: "group", value: 1 }]);
  const declared = await prepareTable(path, { target: "y", columns: { size: "number" } });
  expect(declared.groupSuspects).toMatchObject([{ name: "patient_id", kind: "group" }]);

  const { table, schema, groupSuspects } = await prepareTable(path, { target: "y", group: "patient_id" });
  expect(groupSuspects).toEqual([]);
  expect(profileTable(table, schema).suspects).toEqual([]);
  expect(schema.features.map(({ name }) => name)).toEqual(["size"]);
  expect(schema.leftOut).toEqual([{ name: "patient_id", reason: "the group: its rows stay together" }]);
  const parts = splitTable(table, { ...splitBy(schema), seed: 1 });
  const people = Object.values(parts).map((part) => new Set(Array.from(part, (row) => person(row))).size);
  expect(people).toEqual([24, 8, 8]);

  const refused = (options: object) => prepareTable(path, { target: "y", ...options }).catch((error: unknown) => error);
  expect(await refused({ group: "patient" })).toMatchObject({ code: "unknown-column" });
  expect(await refused({ group: "y" })).toMatchObject({ code: "invalid-option" });
});

describe("classes that are spelled alike", () => {
  const target = (classes: string[]) => ({
    features: [],
    leftOut: [],
    target: { name: "buys", type: "category" as const, classes, missing: 0 },
  });

  test("are named where they differ by case or by blanks alone", () => {
    expect(alikeClasses(target(["NO", "YES", "no", "yes "]))).toBe(
      'classes of buys differ by case or by blanks alone: "NO" and "no", "YES" and "yes "; each is learnt as a class of its own',
    );
    expect(alikeClasses(target(["low  risk", "low risk"]))).toContain('"low  risk" and "low risk"');
  });

  test("others, numbers and no classes say nothing", () => {
    expect(alikeClasses(target(["no", "yes"]))).toBeUndefined();
    expect(alikeClasses({ ...target([]), target: { ...target([]).target, classes: undefined } })).toBeUndefined();
  });
});
