// What is no feature has no part in the split: neither row numbers nor their order.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { profileTable, splitTable } from "@lepta/data";
import { afterAll, beforeAll, expect, test } from "vitest";
import { prepareTable } from "./prepare.ts";

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

test("rows with a counter: equal rows stay together; shuffled and numbered anew, each has the same part", async () => {
  const first = await partsOf("first.csv", rows);
  expect(first.schema.leftOut).toEqual([{ name: "n", reason: "it only counts the rows" }]);
  expect(first.columns).toEqual(["size", "kind", "y"]);
  expect(first.duplicates).toBe(50);
  const { train, validation, test: held } = first;
  for (const [a, b] of [
    [train, validation],
    [train, held],
    [validation, held],
  ] as const)
    expect(a.filter((row) => b.includes(row))).toEqual([]);

  const shuffled = rows.map((_, i) => rows[(i * 71) % rows.length] as string);
  expect(await partsOf("shuffled.csv", shuffled)).toEqual(first);
  expect(await partsOf("renumbered.csv", rows, 1000)).toEqual(first);
});
