// Writing files: what is written reads back the same from every format, and a failure leaves nothing.
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rowsOf } from "../rows.ts";
import { type Column, makeTable, type Table } from "../table.ts";
import { readTable } from "./read-table.ts";
import { writeTable } from "./write-table.ts";

let dir = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "lepta-write-"));
});
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

function sample(n: number): Table {
  const index = Array.from({ length: n }, (_, i) => i);
  return makeTable([
    {
      name: 'a "quoted", name',
      type: "number",
      data: Float64Array.from(index, (i) => (i % 11 === 0 ? Number.NaN : i / 7)),
    },
    { name: "city", type: "category", data: index.map((i) => (i % 5 === 0 ? "" : `Zürich,\n"${i % 3}"`)) },
    { name: "flag", type: "boolean", data: Float64Array.from(index, (i) => (i % 4 === 0 ? Number.NaN : i % 2)) },
    { name: "when", type: "timestamp", data: Float64Array.from(index, (i) => 1.7e12 + i * 1001) },
  ]);
}

// More rows than DuckDB's row group (122,880) where the format is read in parts, so that a lost order would show.
test.each([
  ["t.csv", 60_000],
  ["t.csv.gz", 3000],
  ["t.tsv", 3000],
  ["t.ndjson", 30_000],
  ["t.parquet", 130_000],
])("%s reads back with the same rows and hash", async (name, n) => {
  const table = sample(n);
  const path = join(dir, name);
  await writeTable(path, table);
  const back = await readTable(path);
  expect(back.rejected).toEqual([]);
  expect(back.columns.map(({ name, type }) => [name, type])).toEqual(
    table.columns.map(({ name, type }) => [name, type]),
  );
  expect(back.rowHashes.findIndex((hash, i) => hash !== table.rowHashes[i])).toBe(-1);
  expect(back.hash).toBe(table.hash);
});

test("the CSV is plain", async () => {
  const path = join(dir, "plain.csv");
  await writeTable(
    path,
    makeTable([
      { name: "x", type: "number", data: Float64Array.of(1, Number.NaN, 0.1) },
      { name: "y", type: "category", data: ["a,b", "", 'c"'] },
      { name: "k", type: "number", data: Float64Array.of(-3, Number.NaN, 2e9) },
      { name: "t", type: "timestamp", data: Float64Array.of(0, Number.NaN, 1) },
      { name: "b", type: "boolean", data: Float64Array.of(1, 0, Number.NaN) },
    ]),
  );
  const text = await readFile(path, "utf8");
  expect(text).toBe(
    'x,y,k,t,b\n1.0,"a,b",-3,1970-01-01T00:00:00.000Z,true\n,,,,false\n0.1,"c""",2000000000,1970-01-01T00:00:00.001Z,\n',
  );
  expect([...rowsOf(await readTable(path))].length).toBe(3);
});

test("a failure says why and leaves neither the file nor a part of it", async () => {
  const table = makeTable([{ name: "x", type: "number", data: Float64Array.of(1) }]);
  await expect(writeTable(join(dir, "no", "t.csv"), table)).rejects.toMatchObject({ code: "write-failed" });
  await expect(writeTable(join(dir, "t.doc"), table)).rejects.toMatchObject({ code: "unknown-format" });
  await writeFile(join(dir, "kept.csv"), "old");
  await expect(writeTable(join(dir, "kept.csv"), table, { signal: AbortSignal.abort() })).rejects.toThrow();
  expect(await readFile(join(dir, "kept.csv"), "utf8")).toBe("old");
  expect((await readdir(dir)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test.each(["csv", "tsv", "csv.gz", "ndjson", "parquet"])(
  "names that differ by case alone are written: %s",
  async (kind) => {
    const path = join(dir, `twins.${kind}`);
    const columns: Column[] = [
      { name: "no", type: "number", data: Float64Array.of(0.5, 12, Number.NaN) },
      { name: "NO", type: "number", data: Float64Array.of(1, 2, 3) },
      { name: 'it\'s, "No"', type: "category", data: ["a,b", "", 'c"d'] },
      { name: "__proto__", type: "category", data: ["x", "y", "z"] },
    ];
    await writeTable(path, makeTable(columns));
    const back = await readTable(path);
    expect(back.columns.map(({ name }) => name)).toEqual([
      "no",
      kind === "parquet" ? "NO_2" : "NO",
      'it\'s, "No"',
      "__proto__",
    ]);
    expect(back.columns.map(({ data }) => [...data])).toEqual(columns.map(({ data }) => [...data]));
  },
);
