// Reading files: types, malformed rows, bad files, the same content from each format.
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDuck } from "../duck.ts";
import { rowsOf } from "../rows.ts";
import type { ReadOptions } from "./read-options.ts";
import { readTable } from "./read-table.ts";

let dir = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "lepta-read-"));
});
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

let count = 0;
async function file(content: string | Buffer, name = "table.csv"): Promise<string> {
  const folder = join(dir, String(count++));
  await mkdir(folder);
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

async function read(content: string | Buffer, name?: string, options?: ReadOptions) {
  const table = await readTable(await file(content, name), options);
  return { ...table, rows: [...rowsOf(table)], types: table.columns.map(({ type }) => type) };
}

const lines = (n: number, row: (i: number) => string): string => Array.from({ length: n }, (_, i) => row(i)).join("\n");

describe("types", () => {
  test("numbers, categories, booleans, times and text are told apart", async () => {
    const table = await read(
      `n,code,zip,flag,when,note,none\n${lines(
        60,
        (i) =>
          `${i * 1.5},${i % 3},0${1000 + i},${i % 2 === 0 ? "True" : "FALSE"},2024-01-0${1 + (i % 9)}T10:00:00+02:00,note ${i} on that,`,
      )}\n`,
    );
    expect(table.types).toEqual(["number", "number", "text", "boolean", "timestamp", "text", "category"]);
    expect(table.rows[1]).toEqual({
      n: 1.5,
      code: 1,
      zip: "01001",
      flag: false,
      when: "2024-01-02T08:00:00.000Z",
      note: "note 1 on that",
      none: null,
    });
  });
  test("a declared type goes before the inferred one", async () => {
    const table = await read("a,b\n1,yes\n2,no\n", "t.csv", { types: { a: "category", b: "boolean" } });
    expect(table.rows).toEqual([
      { a: "1", b: true },
      { a: "2", b: false },
    ]);
  });
  test("integers that a double cannot hold are codes", async () => {
    const { rows } = await read("id,x\n9007199254740993,1\n9007199254740995,2\n");
    expect(rows[0]).toEqual({ id: "9007199254740993", x: 1 });
  });
  test("an infinite number is missing, and said", async () => {
    const table = await read("a,b\n1,2\ninf,3\n1e999,4\n");
    expect(table.rows.map(({ a }) => a)).toEqual([1, null, null]);
    expect(table.unreadable).toEqual([
      {
        column: "a",
        count: 2,
        wanted: "a number",
        cells: [
          { line: 3, text: "inf" },
          { line: 4, text: "1e999" },
        ],
      },
    ]);
  });
});

describe("malformed rows are counted and kept aside", () => {
  test("too few and too many fields", async () => {
    const { rows, rejected } = await read("a,b,c\n1,2,3\n4,5\n6,7,8,9\n\n10,11,12\n");
    expect(rows.map(({ a }) => a)).toEqual([1, 10]);
    expect(rejected).toEqual([
      { line: 3, reason: "2 fields where the header has 3 columns", text: "4,5" },
      { line: 4, reason: "more fields than the header's 3 columns", text: "6,7,8,9" },
    ]);
    const four = await read("a,b,c,d\n1,2,3,4\n5,6\n7\n8,9,10,11,12,13\n");
    expect(four.rejected.map(({ reason }) => reason)).toEqual([
      "2 fields where the header has 4 columns",
      "1 field where the header has 4 columns",
      "more fields than the header's 4 columns",
    ]);
  });
  test("with carriage returns, a byte order mark and no last line end", async () => {
    const { rows, rejected, columns } = await read("\uFEFFa,b\r\n1,2\r\n3\r\n4,5,6");
    expect(columns[0]?.name).toBe("a");
    expect(rows).toEqual([{ a: 1, b: 2 }]);
    expect(rejected.map(({ line, text }) => [line, text])).toEqual([
      [3, "3"],
      [4, "4,5,6"],
    ]);
  });
  test("lines are the file's, also after quoted line ends", async () => {
    const { rows, rejected } = await read('a,b,c\n1,"x\ny",3\n4,5\n"he said ""hi""",7,8\n1,2\n');
    expect(rows[0]?.b).toBe("x\ny");
    expect(rows[1]?.a).toBe('he said "hi"');
    expect(rejected.map(({ line }) => line)).toEqual([4, 6]);
  });
  test("a value that is not of a declared type", async () => {
    const text = "a,b\n1,x\nfoo,y\nNA,z\n";
    const { rows, rejected } = await read(text, "t.csv", { types: { a: "number" }, unreadable: "reject" });
    expect(rows).toEqual([
      { a: 1, b: "x" },
      { a: null, b: "z" },
    ]);
    expect(rejected).toEqual([{ line: 3, reason: 'column "a": "foo" is not a number', text: "foo,y" }]);
    const learning = await read(text, "t.csv", { types: { a: "number" } });
    expect(learning.rows.map(({ a }) => a)).toEqual([1, null, null]);
    expect(learning.unreadable).toEqual([
      { column: "a", count: 1, wanted: "a number", cells: [{ line: 3, text: "foo" }] },
    ]);
  });
  test("one wrong value far behind any sample does not turn a column into strings", async () => {
    const n = 120_000;
    const { rowCount, rejected, types } = await read(
      `a,b,c\n${lines(n, (i) => (i === 90_000 ? "7,8" : i === 100_001 ? "zz,1,2" : `${i},"line ${i % 7}\nnext",3`))}\n`,
      "t.csv",
      { unreadable: "reject" },
    );
    expect(types).toEqual(["number", "category", "number"]);
    expect(rowCount).toBe(n - 2);
    expect(rejected).toEqual([
      { line: 2 + 2 * 90_000, reason: "2 fields where the header has 3 columns", text: "7,8" },
      { line: 2 + 2 * 100_001 - 1, reason: 'column "a": "zz" is not a number', text: "zz,1,2" },
    ]);
  });
  test("a quote that never closes costs its own line, not the rest of the file", async () => {
    const { rows, rejected } = await read('a,b\n1,"x\n4,"5"\n7,"y,8\n9,"z"\n10,w\n');
    expect(rows.map(({ a }) => a)).toEqual([4, 9, 10]);
    expect(rejected.map(({ line, text }) => [line, text])).toEqual([
      [2, '1,"x'],
      [4, '7,"y,8'],
    ]);
    const long = await read(`a,b\n${lines(60_000, (i) => (i === 30_000 ? '5,"open' : `${i},v`))}\n`);
    expect(long.rowCount).toBe(59_999);
    expect(long.rejected.map(({ line }) => line)).toEqual([30_002]);
  });
  test("text after a closing quote", async () => {
    const { rows, rejected } = await read('a,b\n1,x"y\n4,"5"z\n7,8\n');
    expect(rows.map(({ b }) => b)).toEqual(['x"y', "8"]);
    expect(rejected.map(({ line }) => line)).toEqual([3]);
  });
  test("mixed line ends", async () => {
    const { rows, rejected } = await read("a,b\n1,2\r\n3,4\n5,6\r7\n8,9\n");
    expect(rows.map(({ a }) => a)).toEqual([1, 3, 5, 8]);
    expect(rejected.map(({ line }) => line)).toEqual([5]);
  });
  test("in a packed file", async () => {
    const { rows, rejected, source } = await read(gzipSync("a,b\n1,2\n3\n4,5\n"), "t.csv.gz");
    expect(rows.length).toBe(2);
    expect(source.format).toBe("csv");
    expect(rejected.map(({ line }) => line)).toEqual([3]);
  });
  test("lines of NDJSON", async () => {
    const { rows, rejected, types } = await read(
      '{"a":1,"b":"x","c/d":true}\n{"a":2,\n\n[1]\n{"b":"07","a":null,"e":{"f":[1]}}\n',
      "t.ndjson",
    );
    expect(types).toEqual(["number", "category", "boolean", "category"]);
    expect(rows).toEqual([
      { a: 1, b: "x", "c/d": true, e: null },
      { a: null, b: "07", "c/d": null, e: '{"f":[1]}' },
    ]);
    expect(rejected).toEqual([
      { line: 2, reason: "the line is not valid JSON", text: '{"a":2,' },
      { line: 4, reason: "the line is not a JSON object", text: "[1]" },
    ]);
    const typed = await read('{"a":1}\n{"a":"x"}\n', "t.ndjson", { types: { a: "number" }, unreadable: "reject" });
    expect(typed.rejected).toEqual([{ line: 2, reason: 'column "a": "x" is not a number', text: '{"a":"x"}' }]);
  });
});

describe("bad files", () => {
  const cases: [string, string | Buffer, string | undefined, string, RegExp][] = [
    ["0 bytes", "", undefined, "empty-table", /0 bytes/],
    ["empty lines alone", "\n \n", undefined, "no-columns", /empty lines/],
    ["a header alone", "a,b\n", undefined, "empty-table", /header and no row/],
    ["malformed rows alone", "a,b\n1\n2\n", undefined, "empty-table", /all 2 rows .* line 2/],
    ["Latin-1", Buffer.from("a,b\n1,2\ncaf\xe9,2\n", "latin1"), undefined, "not-utf8", /offset 11\b/],
    ["UTF-16", Buffer.from("\uFEFFa,b\n1,2\n", "utf16le"), undefined, "not-utf8", /offset 0 .*UTF-16/],
    ["a cut character at the end", Buffer.from([97, 10, 49, 10, 0xe2, 0x82]), undefined, "not-utf8", /offset 4\b/],
    ["values in the first line", "A11,6,A34\nA12,48,A32\nA11,3,A34\n", undefined, "no-header", /A11/],
    ["fractions in the first line", "5.1,3.5,x\n4.9,3.0,y\n", undefined, "no-header", /5\.1/],
    ["words that are values in the first line", "red,s\nblue,m\nred,m\nblue,s\n", undefined, "no-header", /red/],
    ["a name twice", "a,b,a\n1,2,3\n", undefined, "duplicate-column", /"a"/],
    ["an unknown extension", "a\n1\n", "table.xlsx", "unknown-format", /xlsx/],
    ["text that says it is gzip", "a,b\n1,2\n", "t.csv.gz", "file-unreadable", /gzip/],
    ["text that says it is Parquet", "a,b\n1,2\n", "t.parquet", "file-unreadable", /Parquet/],
    ["NDJSON without a field", "{}\n{}\n", "t.ndjson", "no-columns", /field/],
    ["NDJSON without an object", "[\n", "t.ndjson", "empty-table", /line 1/],
  ];
  test.each(cases)("%s", async (_, content, name, code, message) => {
    await expect(read(content, name)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
  test("no file, a directory, a type for no column", async () => {
    await expect(readTable(join(dir, "none.csv"))).rejects.toMatchObject({ code: "file-not-found" });
    await expect(readTable(dir)).rejects.toMatchObject({
      code: "not-a-file",
      message: expect.stringMatching("directory"),
    });
    await expect(read("abc,b\n1,2\n", "t.csv", { types: { abd: "number" } })).rejects.toMatchObject({
      code: "unknown-column",
      fix: expect.stringMatching('"abc"'),
    });
    expect((await read("a\n1\n", "t.csv", { types: { a: "number", y: "number" }, absent: "ignore" })).rowCount).toBe(1);
  });
  test("an abort stops the reading and leaves no temporary folder", async () => {
    const before = (await readdir(tmpdir())).filter((name) => name.startsWith("lepta-data-"));
    const path = await file("a,b\n1,2\r\n3,4\n");
    await expect(readTable(path, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
    await readTable(path);
    expect((await readdir(tmpdir())).filter((name) => name.startsWith("lepta-data-"))).toEqual(before);
  });
});

describe("names and paths are data, never SQL or patterns", () => {
  test.each(["it's; DROP TABLE x.csv", "a[1]*.csv", "k=v.csv", 'q"u.csv', "$1.csv"])("%s", async (name) => {
    const { rows, columns } = await read('"x""; --",b\'c\n1,2\n', name);
    expect(columns.map((column) => column.name)).toEqual(['x"; --', "b'c"]);
    expect(rows.length).toBe(1);
  });
});

describe("forms of CSV", () => {
  test("other delimiters by the header; TSV by its extension", async () => {
    expect((await read("a;b\n1;2,5\n")).rows).toEqual([{ a: 1, b: 2.5 }]);
    expect((await read("a|b\n1|2\n")).rows).toEqual([{ a: 1, b: 2 }]);
    expect((await read("a,b\tc\n1\t2\n", "t.tsv")).rows).toEqual([{ "a,b": 1, c: 2 }]);
  });
  test("names may be numbers, quoted or absent; empty lines may stand ahead", async () => {
    const table = await read('\n\n,767541,"a, ""b"""\n1,2,3\n4,5\n');
    expect(table.columns.map(({ name }) => name)).toEqual(["column_1", "767541", 'a, "b"']);
    expect(table.rejected.map(({ line }) => line)).toEqual([5]);
    expect(table.notes.length).toBe(1);
  });
  test("a header whose name holds a line end, and names that objects have already", async () => {
    const table = await read('"a\nb",constructor,__proto__\n1,2,3\n4\n');
    expect(table.columns.map(({ name, data }) => [name, data[0]])).toEqual([
      ["a\nb", 1],
      ["constructor", 2],
      ["__proto__", 3],
    ]);
    expect(Object.entries(table.rows[0]!)).toContainEqual(["__proto__", 3]);
    expect(table.rejected.map(({ line }) => line)).toEqual([4]);
  });
  test("a header that comes again as a row is a row, not a proof against the header", async () => {
    expect((await read("a,b\nx,y\na,b\nz,w\n")).rowCount).toBe(3);
    const numeric = await read(`a,b\n${lines(30, (i) => `${i},2`)}\na,b\n`);
    expect(numeric.rejected.map(({ line }) => line)).toEqual([32]);
  });
  test("strings alone keep their header", async () => {
    expect((await read("name,colour\nann,red\nbob,blue\n")).rowCount).toBe(2);
  });
  test("one column, and carriage returns alone", async () => {
    expect((await read("a\n1\n2\n3,4\n")).rejected.map(({ line }) => line)).toEqual([4]);
    const old = await read("a,b\r1,2\r3\r4,5\r");
    expect(old.rows.length).toBe(2);
    expect(old.rejected.map(({ line }) => line)).toEqual([3]);
  });
});

test("Parquet keeps the file's own types", async () => {
  const path = join(dir, "typed.parquet");
  const duck = await openDuck();
  await duck.run(
    `COPY (SELECT i::TINYINT AS small, (i * 1.5)::DECIMAL(9,2) AS money, (9007199254740993 + i)::BIGINT AS wide, i = 1 AS flag,
       DATE '2024-02-01' + i::INTEGER AS day, i::VARCHAR AS code, CASE WHEN i = 2 THEN NULL ELSE 'x' END AS gap, [i, 2] AS list
     FROM range(3) r(i)) TO '${path}' (FORMAT parquet)`,
  );
  duck.close();
  const table = await readTable(path);
  expect(table.columns.map(({ type }) => type)).toEqual([
    "number",
    "number",
    "category",
    "boolean",
    "timestamp",
    "category",
    "category",
    "category",
  ]);
  expect([...rowsOf(table)][2]).toEqual({
    small: 2,
    money: 3,
    wide: "9007199254740995",
    flag: false,
    day: "2024-02-03T00:00:00.000Z",
    code: "2",
    gap: null,
    list: "[2, 2]",
  });
  const declared = await readTable(path, { types: { small: "category", code: "number" } });
  expect([...rowsOf(declared)][1]).toMatchObject({ small: "1", code: 1 });
});

describe("a quoted name that holds a line end", () => {
  test.each([
    ["rows that end otherwise", `c,"x\ny"\r\n1,2\r\n3,4,5\r\n6,7\r\n`, "x\ny"],
    ["rows that end alike", `c,"x\r\ny"\r\n1,2\r\n3,4,5\r\n6,7\r\n`, "x\r\ny"],
    ["carriage returns in the name alone", `c,"x\r\ny"\n1,2\n3,4,5\n6,7\n`, "x\r\ny"],
    ["a byte order mark", `\uFEFFc,"x\ny"\n1,2\n3,4,5\n6,7\n`, "x\ny"],
    ["a byte order mark ahead of it", `\uFEFF"x\ny",c\n2,1\n3,4,5\n7,6\n`, "x\ny"],
  ])("%s", async (_, text, name) => {
    const { rows, rejected } = await read(text);
    expect(rows).toEqual([
      { c: 1, [name]: 2 },
      { c: 6, [name]: 7 },
    ]);
    expect(rejected).toMatchObject([{ line: 4, text: "3,4,5" }]);
  });
});

describe("row numbers beside rejected rows", () => {
  test.each([
    ["surplus fields", "a,b\n1,2\n3,4,5\n6,7\n8,9,9\n1,1\n", "t.csv", [1, 3, 5]],
    ["line ends in values", 'a,b\n"1\n1",2\n3,4,5\n"x ""6""\n6",7\n8,9,9\nx"y,1\n', "t.csv", [1, 3, 5]],
    ["empty lines", "\n\na,b\r\n1,2\r\n\r\n3,4,5\r\n6,7\r\n", "t.csv", [1, 3]],
    ["an open quote", 'a,b\n1,2\n3,"4\n6,7\n8,9\n', "t.csv", [1, 3, 4]],
    ["a byte order mark", '\uFEFF"a",b\n"1",2\n3\n6,7\n', "t.csv", [1, 3]],
    ["carriage returns", "a,b\r1,2\r3\r6,7\r", "t.csv", [1, 3]],
    ["one column", 'a\n1\n\n"3"4\n5\n', "t.csv", [1, 2, 4]],
    ["NDJSON", '{"a":1}\n\n{"a":\n{"a":3}\n', "t.ndjson", [1, 3]],
  ])("%s", async (_, text, name, expected) => {
    const { rowNumbers, rowCount } = await read(text, name);
    expect([...(rowNumbers ?? [])]).toEqual(expected);
    expect(rowCount).toBe(expected.length);
  });

  test("none are there where no row is rejected", async () => {
    expect((await read("a,b\n1,2\n3,4\n")).rowNumbers).toBeUndefined();
  });
});
