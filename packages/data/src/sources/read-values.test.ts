// What reading decides of a column from all of its values, and what becomes of cells that do not fit.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCell } from "../reading/read-cell.ts";
import { columnOf, type Table } from "../table.ts";
import type { ReadOptions } from "./read-options.ts";
import { readTable } from "./read-table.ts";

let dir = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "lepta-values-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

let files = 0;
async function read(text: string, options: ReadOptions = {}, extension = "csv"): Promise<Table> {
  const path = join(dir, `${files++}.${extension}`);
  await writeFile(path, text);
  return await readTable(path, options);
}

/** A CSV with the column `x` beside a row number. */
async function columnFrom(cells: readonly string[], options?: ReadOptions, separator = ",") {
  const quoted = cells.map((cell) => `"${cell.replaceAll('"', '""')}"`);
  const table = await read(
    `n${separator}x\n${quoted.map((cell, i) => `${i}${separator}${cell}`).join("\n")}\n`,
    options,
  );
  const column = columnOf(table, "x");
  return {
    table,
    column,
    values: Array.from<number | string, unknown>(column.data, (v) => (v === "" || Number.isNaN(v) ? null : v)),
  };
}

const many = (n: number, cell: (i: number) => string): string[] => Array.from({ length: n }, (_, i) => cell(i));
const amount = (i: number): string => String(1000 + ((i * 7919) % 9000));

const day = (i: number): string => new Date(Date.UTC(2023, 0, 1 + i)).toISOString().slice(0, 10);
const dayFirst = (i: number): string => day(i).split("-").reverse().join("/");

describe("times keep their type", () => {
  test.each([
    ["unknown", day],
    ["TBD", dayFirst],
    ["0000-00-00", day],
    ["0000-00-00 00:00:00", (i: number) => `${day(i)} 10:30:00`],
    ["00/00/0000", dayFirst],
    ["#REF!", day],
  ] as const)("where %j repeats among them, which is said", async (word, time) => {
    const { table, column, values } = await columnFrom(many(200, (i) => (i % 10 === 3 ? word : time(i))));
    expect([column.type, column.reading?.missing.includes(word)]).toEqual(["timestamp", true]);
    expect(values.filter((value) => value === null).length).toBe(20);
    expect(values[30]).toBe(
      Date.parse(time === dayFirst ? day(30) : `${time(30).replace(" ", "T")}${time === day ? "" : "Z"}`),
    );
    expect(table.rejected).toEqual([]);
    expect(table.notes).toContainEqual(expect.stringContaining(`"${word}" (20 cells) among times is read as missing`));
  });

  test("words of which there are many, and a few dates among words, are none", async () => {
    const names = ["alpha", "beta", "gamma", "delta", "epsilon"];
    const mixed = await columnFrom(many(200, (i) => (i % 4 === 0 ? names[i % 5]! : day(i))));
    expect(mixed.column.type).not.toBe("timestamp");
    const few = await columnFrom(many(200, (i) => (i % 10 === 3 ? "later" : day(i % 10))));
    expect(few.column.type).toBe("category");
  });
});

describe("numbers keep their type", () => {
  test.each(["None", "n/a", "-", " ", "NULL", "?", "<NA>", "NaT", "\\N", "#N/A", "--"])(
    "where a tenth of the cells is %j",
    async (spelling) => {
      const { table, column, values } = await columnFrom(many(100, (i) => (i % 10 === 3 ? spelling : amount(i))));
      expect(column.type).toBe("number");
      expect(values.filter((value) => value === null).length).toBe(10);
      expect(table.rejected).toEqual([]);
      expect(table.notes.some((note) => note.includes(JSON.stringify(spelling)))).toBe(spelling !== " ");
    },
  );
  test.each(["unknown", "not given", "k.A.", "#DIV/0!", "#VALUE!", "#NAME?"])(
    "where a word repeats among them, which is said: %s",
    async (word) => {
      const { table, column, values } = await columnFrom(many(200, (i) => (i % 10 === 3 ? word : amount(i))));
      expect([column.type, column.reading?.missing.includes(word)]).toEqual(["number", true]);
      expect(values.filter((value) => value === null).length).toBe(20);
      expect(table.notes).toContainEqual(
        expect.stringContaining(`"${word}" (20 cells) among numbers is read as missing`),
      );
    },
  );
  test("-999 is noted, and missing where that is said", async () => {
    const cells = many(100, (i) => (i % 20 === 3 ? "-999" : amount(i)));
    const unasked = await columnFrom(cells);
    expect(unasked.values).toContain(-999);
    expect(unasked.table.notes).toContainEqual(expect.stringContaining("--na x=-999"));
    const asked = await columnFrom(cells, { reading: { columns: { x: { na: [-999] } } } });
    expect(asked.values.filter((value) => value === null).length).toBe(5);
  });
  test.each([
    ["a zero ahead", "0123", 123],
    ["two zeros", "00", 0],
    ["16 digits", "1234567890123456", 1234567890123456],
    ["a currency sign once is no number of this column", "x12", null],
  ])("with one odd cell among 400: %s", async (_, cell, value) => {
    const { table, column, values } = await columnFrom(many(400, (i) => (i === 41 ? cell : amount(i))));
    expect([column.type, values[41], table.rowCount]).toEqual(["number", value, 400]);
    if (value === null)
      expect(table.unreadable).toEqual([
        { column: "x", count: 1, wanted: "a number", cells: [{ line: 43, text: cell }] },
      ]);
  });
  test("no row is lost where each of 60 columns has 1.5 % odd cells", async () => {
    const names = many(60, (i) => `c${i}`);
    const rows = many(400, (r) =>
      names.map((_, c) => ((r * 60 + c * 7) % 67 === 0 ? `odd${r}!` : amount(r + c))).join(","),
    );
    const table = await read(`${names.join(",")}\n${rows.join("\n")}\n`);
    expect([table.rowCount, new Set(table.columns.map(({ type }) => type))]).toEqual([400, new Set(["number"])]);
    const odd = rows.join(",").split("!").length - 1;
    expect(table.unreadable.reduce((sum, { count }) => sum + count, 0)).toBe(odd);
  });
  test("decimals with zeros ahead are numbers; digits of one width with zeros ahead are codes", async () => {
    expect((await columnFrom(many(50, (i) => `00${i + 10}.5`))).column.type).toBe("number");
    const zip = await columnFrom(many(200, (i) => String(i % 10 === 0 ? 1000 + i : 10000 + i * 37).padStart(5, "0")));
    expect(zip.column.type).toBe("text");
    expect(zip.table.notes).toContainEqual(expect.stringContaining("taken as codes"));
    const declared = await columnFrom(
      many(50, (i) => String(i).padStart(4, "0")),
      { types: { x: "number" } },
    );
    expect(declared.values[7]).toBe(7);
  });
  test("integers beyond 2^53 keep every digit", async () => {
    const ids = many(30, (i) => String(9007199254740993n + BigInt(2 * i)));
    expect((await columnFrom(ids)).values).toEqual(ids);
    const json = await read(ids.map((id) => `{"x":${id},"big":${id}${id}}`).join("\n"), {}, "ndjson");
    expect(columnOf(json, "x").data).toEqual(ids);
    expect(columnOf(json, "big").data).toEqual(ids.map((id) => `${id}${id}`));
  });
});

describe("how numbers are written is found out", () => {
  test.each([
    [",", ["11,4", "35,8", "7,0"], [11.4, 35.8, 7], { decimal: "comma" }],
    [";", ["1,234", "35,8", "7"], [1.234, 35.8, 7], { decimal: "comma" }],
    [";", ["1,234", "2,345"], [1.234, 2.345], { decimal: "comma" }],
    [",", ["1,234", "2,345"], [1234, 2345], { thousands: "comma" }],
    [",", ["1.234,56", "2.345,00", "7"], [1234.56, 2345, 7], { decimal: "comma", thousands: "point" }],
    [",", ["1.234.567", "2.345"], [1234567, 2345], { decimal: "comma", thousands: "point" }],
    [",", ["1 234,5", "2,5"], [1234.5, 2.5], { decimal: "comma", thousands: "blank" }],
    [",", ["1'234.50", "2"], [1234.5, 2], { thousands: "apostrophe" }],
    [",", ["$1,234.50", "$7"], [1234.5, 7], { thousands: "comma", currency: ["$"] }],
    [",", ["1234 €", "7,5 €"], [1234, 7.5], { decimal: "comma", currency: ["€"] }],
    [",", ["12,5 %", "3 %"], [12.5, 3], { decimal: "comma", percent: true }],
    [",", ["(1,234)", "2,345,678"], [-1234, 2345678], { thousands: "comma" }],
  ])("separated by %j: %j", async (separator, cells, expected, reading) => {
    const { column, values, table } = await columnFrom([...cells, ...cells, ...cells], {}, separator);
    expect([...new Set(values)]).toEqual(expected);
    expect(column.reading).toMatchObject({ type: "number", ...reading });
    expect(table.notes.length).toBeGreaterThan(0);
  });
  test("another column of the file tells whether 1.234 is thousands", async () => {
    const table = await read('a;b\n"12,50";1.234\n"7,25";82.000\n"1,5";3.100\n');
    expect([...columnOf(table, "b").data]).toEqual([1234, 82000, 3100]);
  });
  test("an option goes before what the values look like", async () => {
    const reading = { columns: { x: { decimal: "point", thousands: "comma" } } } as const;
    expect((await columnFrom(["1,234", "2,345"], { reading }, ";")).values).toEqual([1234, 2345]);
  });
});

describe("dates", () => {
  const date = (i: number): [number, number] => [1 + ((i * 11) % 28), 1 + (i % 12)];
  test.each([
    ["day-first", (i: number) => `${date(i).join("/")}/2023`],
    ["month-first", (i: number) => `${[...date(i)].reverse().join("/")}/2023`],
    ["day-first", (i: number) => `${date(i).join(".")}.23`],
  ] as const)("%s is found out", async (order, cell) => {
    const { column, table, values } = await columnFrom(many(60, cell));
    expect(column.reading).toMatchObject({ type: "timestamp", dates: order });
    expect(values).toEqual(many(60, String).map((_, i) => Date.UTC(2023, date(i)[1] - 1, date(i)[0])));
    expect(table.notes).toContainEqual(expect.stringContaining(order.replace("-", " ")));
  });
  test("where no value tells the order, another column does, or a note says how to turn it", async () => {
    const cells = many(20, (i) => `0${1 + (i % 9)}/0${1 + (i % 7)}/2023`);
    const alone = await columnFrom(cells);
    expect(alone.column.reading).toMatchObject({ dates: "month-first" });
    expect(alone.table.notes).toContainEqual(expect.stringContaining("--dates x=day-first"));
    const beside = await read(`a,b\n${cells.map((cell, i) => `${cell},${13 + (i % 9)}/01/2023`).join("\n")}\n`);
    expect(columnOf(beside, "a").reading).toMatchObject({ dates: "day-first" });
  });
  test("one that does not exist is named", async () => {
    const { column, table } = await columnFrom(many(60, (i) => (i === 9 ? "2024-02-30" : `2024-01-0${1 + (i % 9)}`)));
    expect(column.type).toBe("timestamp");
    expect(table.unreadable).toMatchObject([{ column: "x", count: 1, cells: [{ line: 11, text: "2024-02-30" }] }]);
  });
});

describe("a file read as a model reads it", () => {
  const readings = { x: { type: "timestamp", missing: ["NA"] } } as const;
  test("rows that cannot be read are put aside, with line and reason", async () => {
    const text = "n,x\n1,2024-01-01\n2,2024-02-30\n3,NA\n4,2024-01-04\n";
    const table = await read(text, { readings, unreadable: "reject" });
    expect(table.rejected).toEqual([
      {
        line: 3,
        reason: 'column "x": "2024-02-30" is not a time in ISO 8601 such as 2024-02-28',
        text: "2,2024-02-30",
      },
    ]);
    expect([...table.rowNumbers!]).toEqual([1, 3, 4]);
  });
  test("an error names the column, a value, the form and the option where none can be read", async () => {
    const refused = read("x\n20/04/2023\n22/05/2022\n", { readings, unreadable: "reject" });
    await expect(refused).rejects.toMatchObject({
      code: "cells-unreadable",
      message: expect.stringMatching(/column "x": none of the 2 values .* "20\/04\/2023" is not a time in ISO 8601/),
      fix: expect.stringContaining("--dates x=day-first"),
    });
  });
  test("dates of the other order are an error, not half of them misread", async () => {
    const months = { x: { type: "timestamp", missing: [], dates: "month-first" } } as const;
    const cells = many(30, (i) => `${1 + (i % 28)}/0${1 + (i % 9)}/2023`);
    await expect(read(`x\n${cells.join("\n")}\n`, { readings: months, unreadable: "reject" })).rejects.toMatchObject({
      code: "cells-unreadable",
      fix: expect.stringContaining("--dates x=day-first"),
    });
  });
  test("other columns of the file put no row aside", async () => {
    const text = `x,y\n${many(40, (i) => `2024-01-0${1 + (i % 9)},${i === 3 ? "odd" : i}`).join("\n")}\n`;
    expect((await read(text, { readings, unreadable: "reject" })).rowCount).toBe(40);
  });
});

describe("the target", () => {
  test("rows in which a number to learn cannot be read are put aside", async () => {
    const cells = many(100, (i) => (i === 5 ? "n.b." : amount(i)));
    const { table } = await columnFrom(cells, { target: "x" });
    expect([table.rowCount, table.rejected[0]?.line, table.unreadable]).toEqual([99, 7, []]);
  });
  test("a class may be called none", async () => {
    const cells = many(30, (i) => ["none", "mild", "-"][i % 3]!);
    expect(new Set((await columnFrom(cells, { target: "x" })).values)).toEqual(new Set(["none", "mild", "-"]));
    expect(new Set((await columnFrom(cells)).values)).toEqual(new Set([null, "mild"]));
  });
});

describe("the line sep=; ", () => {
  test.each([
    ["", "\n"],
    ["\uFEFF", "\r\n"],
  ])("is taken as what it says, byte order mark %j", async (mark, end) => {
    const table = await read(`${mark}sep=;${end}a;b${end}1;x${end}2${end}3;z${end}`);
    expect(table.columns.map(({ name }) => name)).toEqual(["a", "b"]);
    expect([...columnOf(table, "a").data]).toEqual([1, 3]);
    expect([...table.rowNumbers!]).toEqual([1, 3]);
    expect(table.rejected.map(({ line }) => line)).toEqual([4]);
  });
  test("with another mark, quoted, one column", async () => {
    expect((await read('"sep=|"\na|b\n1|2\n')).columns.length).toBe(2);
    expect([...columnOf(await read("sep=;\na\n1\n2\n"), "a").data]).toEqual([1, 2]);
  });
});

test("where every row has other fields than the header, the fix speaks of fields", async () => {
  await expect(read("title of it\na;b\n1;2\n3;4;5;6\n", {})).resolves.toBeDefined();
  await expect(read("a title, of it\n1,2,3\n4,5,6\n")).rejects.toMatchObject({
    code: "empty-table",
    fix: expect.stringMatching(/first line names 2 columns, separated by ","/),
  });
});

test("a file is read as readCell reads each of its texts", async () => {
  const cell = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.constantFrom("NA", " ", "None", "1,5", "1.234,5", "12 %", "$3", "x", " Rome ", "0012", "1e400", "2024-02-30"),
    fc.string({ maxLength: 5 }).map((text) => text.replaceAll(/[\r\n"\0\ud800-\udfff]/g, "_")),
  );
  for (const type of ["number", "category", "timestamp", "boolean"] as const) {
    const cells = fc.sample(cell, { numRuns: 3000, seed: 3 });
    const reading = { type, missing: ["NA", "None"], ...(type === "number" ? { percent: true, currency: ["$"] } : {}) };
    // Columns of which most is unreadable are refused; "missing" and texts that can be read stand beside.
    const { values, column } = await columnFrom(
      cells.filter((text) => readCell(reading, text) !== undefined),
      { readings: { x: reading } },
    );
    expect(column.reading).toEqual(reading);
    expect(values).toEqual(cells.map((text) => readCell(reading, text)).filter((value) => value !== undefined));
  }
});
