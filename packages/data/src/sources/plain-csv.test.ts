// A file that is read from its bytes gives the same table, notes, errors and keys as one that DuckDB reads.
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDuck } from "../duck.ts";
import { DataError } from "../errors.ts";
import { decideReadings } from "../reading/decide-readings.ts";
import { noPlainNumbers } from "../reading/raw-column.ts";
import { type Table, takeColumns, takeRows } from "../table.ts";
import { loadAnyCsv } from "./csv.ts";
import type { Loaded, ReadContext } from "./loaded.ts";
import { Md5 } from "./md5.ts";
import { loadPlainCsv } from "./plain-csv.ts";
import type { ReadOptions } from "./read-options.ts";
import { readTable, tableOf } from "./read-table.ts";

let dir = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "lepta-plain-"));
});
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

type Loader = (context: ReadContext) => Promise<Loaded | undefined>;

/** All that reading gives; undefined where the loader does not take the file. */
async function outcome(load: Loader, path: string, options: ReadOptions): Promise<unknown> {
  const duck = await openDuck({ threads: 1 });
  const format = path.includes(".tsv") ? "tsv" : "csv";
  let folder: Promise<string> | undefined;
  try {
    const loaded = await load({
      duck: async () => duck,
      path,
      format,
      gzip: path.endsWith(".gz"),
      declared: () => undefined,
      scratch: () => {
        folder ??= mkdtemp(join(dir, "scratch-"));
        return folder;
      },
      onProgress: () => {},
    });
    if (loaded === undefined) return undefined;
    return told(await tableOf(loaded, { path, format, bytes: 1 }, options));
  } catch (error) {
    if (error instanceof DataError) return { code: error.code, message: error.message, fix: error.fix };
    throw error;
  } finally {
    duck.close();
    if (folder !== undefined) await rm(await folder, { recursive: true });
  }
}

function told({ columns, rowKeys, rejected, unreadable, notes, rowNumbers, rowCount }: Table): unknown {
  return {
    columns: columns.map((column) => ({ ...column, data: [...column.data] })),
    rowKeys,
    rejected,
    unreadable,
    notes,
    rowNumbers,
    rowCount,
  };
}

let count = 0;

/** Whether the bytes are read without DuckDB; then both ways must agree. */
async function agrees(content: string | Buffer, extension = ".csv", options: ReadOptions = {}): Promise<boolean> {
  const path = join(dir, `${count++}${extension}`);
  await writeFile(path, extension.endsWith(".gz") ? gzipSync(content) : content);
  const own = await outcome(loadPlainCsv, path, options);
  if (own !== undefined) expect(own).toEqual(await outcome(loadAnyCsv, path, options));
  await rm(path);
  return own !== undefined;
}

const number = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }).map(String),
  fc.double({ noNaN: true }).map(String),
  fc.stringMatching(/^[+-]?\d{0,18}[.]?\d{0,18}$/),
  fc.stringMatching(/^0{1,3}\d{1,4}$/),
  fc.stringMatching(/^ {0,2}-?\d{1,3}[.,]\d{3} {0,2}$/),
  fc.constantFrom(
    "1e5",
    "1E-3",
    "+1",
    "-0",
    "007",
    "9007199254740993",
    "-9007199254740993",
    "1e999",
    "inf",
    "-.5",
    "5.",
  ),
  fc.constantFrom(
    ",5",
    "-,5",
    "$1,200",
    "12 %",
    "1_000",
    "0x1F",
    "\u00a07",
    "7\t",
    "1.234.567",
    "--1",
    "1e",
    "1.5.2",
    "٣",
    "-999",
  ),
);
// Without a byte order mark: DuckDB's client drops one ahead of a long text.
const word = fc.oneof(
  fc.constantFrom("", "NA", "n/a", "null", "-", "?", " ", "None", ".", "  x  y ", "true", "False", "yes"),
  fc.constantFrom("2024-02-28", "28/02/2024", "2024-01-01T10:00:00Z", "20240228", "1700000000", "1700000000000"),
  fc.constantFrom("é", "日本語", "𝒳", "\u00a0", "\u2028", "e\u0301", "a\u0001b", "\u007f", "\u000b", "\\", "'", "=1+1"),
  fc.string({ unit: "grapheme", maxLength: 20 }),
);
const anyCell = fc.oneof({ weight: 5, arbitrary: number }, { weight: 5, arbitrary: word });

/** A few different values a column, as columns have them, or any at all. */
const column = (rows: number): fc.Arbitrary<string[]> =>
  fc.oneof(
    fc.array(number, { minLength: rows, maxLength: rows }),
    fc.array(anyCell, { minLength: rows, maxLength: rows }),
    fc
      .array(anyCell, { minLength: 1, maxLength: 3 })
      .chain((few) => fc.array(fc.constantFrom(...few), { minLength: rows, maxLength: rows })),
    fc.integer({ min: 0, max: 20 }).map((from) => Array.from({ length: rows }, (_, i) => String(from + i))),
  );

interface Look {
  readonly separator: string;
  readonly lineEnd: string;
  readonly quoteAll: boolean;
  readonly lineEnds: boolean;
}

function written(cells: readonly string[], { separator, lineEnd, quoteAll, lineEnds }: Look, odd: number): string {
  const fields = cells.map((cell, i) => {
    const text = lineEnds && (i + odd) % 7 === 3 ? `${cell}${lineEnd}"${cell}"${separator}` : cell;
    const plain = !/["\r\n]/.test(text) && !text.includes(separator) && text !== "";
    return plain && !quoteAll && (i + odd) % 5 !== 0 ? text : `"${text.replaceAll('"', '""')}"`;
  });
  return fields.join(separator);
}

const table = fc
  .record({ columns: fc.integer({ min: 1, max: 5 }), rows: fc.integer({ min: 0, max: 40 }) })
  .chain(({ columns, rows }) =>
    fc.record({
      names: fc.uniqueArray(fc.oneof(fc.stringMatching(/^[a-z]{1,4}$/), fc.constantFrom("é", "a b", "x,y", 'q"', "")), {
        minLength: columns,
        maxLength: columns,
      }),
      data: fc.tuple(...Array.from({ length: columns }, () => column(rows))),
      look: fc.record({
        separator: fc.constantFrom(",", ",", ";", "\t", "|"),
        lineEnd: fc.constantFrom("\n", "\n", "\r\n"),
        quoteAll: fc.boolean(),
        lineEnds: fc.boolean(),
      }),
      mark: fc.boolean(),
      lastEnd: fc.boolean(),
      emptyLines: fc.array(fc.nat({ max: 41 }), { maxLength: 2 }),
      unreadable: fc.constantFrom("missing" as const, "reject" as const),
      target: fc.boolean(),
    }),
  );

test("property: tables of any values, in any look", { timeout: 240_000 }, async () => {
  let own = 0;
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(table, async ({ names, data, look, mark, lastEnd, emptyLines, unreadable, target }) => {
      const rows = Array.from({ length: data[0]?.length ?? 0 }, (_, row) => data.map((cells) => cells[row]!));
      const lines = [
        written(names, { ...look, lineEnds: false }, 1),
        ...rows.map((cells, i) => written(cells, look, i)),
      ];
      for (const at of emptyLines) if (at > 0 && at <= lines.length) lines.splice(at, 0, "");
      const content = `${mark ? "\ufeff" : ""}${lines.join(look.lineEnd)}${lastEnd ? look.lineEnd : ""}`.replaceAll(
        "\0",
        "",
      );
      runs++;
      const options = { unreadable, ...(target ? { target: names[0]! } : {}) };
      if (await agrees(Buffer.from(content), ".csv", options)) own++;
    }),
    { numRuns: 150 },
  );
  expect(own).toBeGreaterThan(0.5 * runs);
});

test("property: bytes that were no table", { timeout: 240_000 }, async () => {
  const piece = fc.constantFrom(
    ",",
    ";",
    '"',
    '""',
    "\n",
    "\n",
    "\r\n",
    "\r",
    "a",
    "1",
    "2.5",
    " ",
    "é",
    "NA",
    "\t",
    "\0",
    "\ufeff",
    "\n\n",
    ',"',
    '",',
    "\\",
    "#",
    "-",
  );
  let own = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { maxLength: 30 }),
      fc.constantFrom("a,b\n", "a\n", "a;b\r\n", ""),
      async (pieces, head) => {
        if (await agrees(Buffer.from(`${head}${pieces.join("")}x`))) own++;
      },
    ),
    { numRuns: 250 },
  );
  expect(own).toBeGreaterThan(5);
});

describe("what other readers were told of", () => {
  const long = "x".repeat(70_000);
  test.each<[string, string | Buffer, boolean]>([
    ["a byte order mark", "\ufeffa,b\n1,2\n", true],
    ["a byte order mark ahead of a quote", '\ufeff"a",b\n1,2\n', true],
    ["a byte order mark in a value", "a,b\n\ufeff1,2\n3,\ufeff\n", true],
    ["no last line end", "a,b\n1,2\n3,4", true],
    ["a last field that is empty, without a line end", "a,b\n1,2\n3,", true],
    ["carriage returns and no last line end", "a,b\r\n1,2\r\n3,4", true],
    ["a carriage return at the end", "a,b\r\n1,2\r\n3,4\r", false],
    ["line ends of both kinds", "a,b\n1,2\r\n3,4\n", false],
    ["carriage returns alone", "a,b\r1,2\r", false],
    ["empty lines", "a,b\n\n1,2\n\n\n3,4\n\n", true],
    ["empty lines of one column", "a\n1\n\n3\n\n", true],
    ["empty lines with carriage returns", "a,b\r\n\r\n1,2\r\n", true],
    ["empty lines ahead", "\n\na,b\n1,2\n", false],
    ["Excel's separator", "sep=;\na;b\n1;2\n", false],
    ["a header alone", "a,b\n", true],
    ["a header alone, without a line end", "a,b", true],
    ["names that repeat", "a,b,a\n1,2,3\n", true],
    ["values in the header", "1.5,2.5\n3.5,4.5\n", true],
    ["too few fields", "a,b\n1,2\n3\n", false],
    ["too many fields", "a,b\n1,2\n3,4,5\n", false],
    ["a comma at each line's end", "a,b,\n1,2,\n3,4,\n", true],
    ["a NUL", "a,b\n1,\0\n", false],
    ["a byte that is not UTF-8", Buffer.from([97, 44, 98, 10, 49, 44, 0xff, 10]), false],
    ["half of a pair, as UTF-8", Buffer.from([97, 44, 98, 10, 49, 44, 0xed, 0xa0, 0x80, 10]), false],
    ["an overlong slash", Buffer.from([97, 44, 98, 10, 49, 44, 0xc0, 0xaf, 10]), false],
    ["a quote in a field", 'a,b\n5" pipe,2\n', false],
    ["text behind a closing quote", 'a,b\n"5"z,2\n', false],
    ["a blank behind a closing quote", 'a,b\n"5" ,2\n', false],
    ["a blank ahead of a quote", 'a,b\n "5",2\n', false],
    ["a quote that does not close", 'a,b\n1,"2\n3,4\n', false],
    ["doubled quotes", 'a,b\n"he said ""hi""",""""\n"","x"\n', true],
    ["a backslash ahead of a quote", 'a,b\n"x\\",2\n', true],
    ["line ends and separators in quotes", 'a,b\n"x\ny","1,2"\n"p\n\nq",3\n', true],
    ["a carriage return in quotes", 'a,b\n"x\ry",2\n', false],
    ["another line end in quotes", 'a,b\r\n"x\ny",2\r\n', false],
    ["numbers in quotes", 'a,b\n"1","2.50"\n"-3","1,234.5"\n"0012",1e3\n', true],
    ["integers around 2^53", "a,b\n9007199254740991,1\n9007199254740992,2\n9007199254740993,3\n", true],
    ["one integer beyond 2^64", "a,b\n18446744073709551616,1\n2,1\n", true],
    [
      "digits and more digits",
      "a,b\n0.1000000000000000055511151231257827,1\n123456789012345678,2\n1.7976931348623157e308,3\n",
      true,
    ],
    [
      "fifteen, sixteen and seventeen digits",
      "a,b\n999999999999999,0.123456789012345\n9999999999999999,0.1234567890123456\n-99999999999999.9,12345678901234567\n",
      true,
    ],
    ["exponents and signs", "a,b\n1e5,+1\n1E-3,-0\n-.5e+2,5.\n1e,+\n", true],
    ["zeros ahead", `a,b\n${"007,1\n012,2\n".repeat(30)}`, true],
    ["infinities and numbers that are none", "a,b\ninf,1\n-Infinity,2\nnan,3\n1e999,4\n-1.#IND,5\n", true],
    ["a number ahead of a text with an exponent", "a,b\n1,1\ninf,1e\n1e999,2\n", true],
    ["a number ahead of doubled quotes", 'a,b\n1,2\nx,3\n"y""",4\n', true],
    ["words of truth", "a,b\nTrue,1\nFALSE,0\ntrue,1\n", true],
    ["decimal commas", "a;b\n1,5;2\n1.234,5;3\n", true],
    ["a comma ahead of digits", "a;b\n,5;2\n1,5;+,3\n", true],
    ["other blanks around values", "a,b\n\u00a01,\t2\n 3 ,4 \n\u30005,6\n", true],
    ["controls", "a,b\n\u0001x,\t\n\u000b,\u000c1\nab\tc,abcdefgh\ti\n", true],
    ["a field of many bytes", `a,b\n${long},1\n${long}y,2\n${long},3\n`, true],
    [
      "words of every length",
      `a,b\n${Array.from({ length: 40 }, (_, i) => `${"é".repeat(i % 9)}${"w".repeat(i)},${"7".repeat(1 + (i % 25))}\n`).join("")}`,
      true,
    ],
  ])("%s", async (_, content, taken) => {
    expect(await agrees(content)).toBe(taken);
    expect(await agrees(content, ".csv", { unreadable: "reject", target: "b" })).toBe(taken);
  });
  test.each([".tsv", ".csv.gz"])("%s", async (extension) => {
    const lines = ["a\tb.c", "1\t2,5", '"x\ty"\t3', "NA\t4"];
    expect(await agrees(lines.join("\n").replaceAll("\t", extension === ".tsv" ? "\t" : ";"), extension)).toBe(true);
  });
});

test("property: a number is the one that JavaScript reads", async () => {
  const path = join(dir, "numbers.csv");
  const text = fc.oneof(
    fc.stringMatching(/^[+-]?\d{1,18}$/),
    fc.stringMatching(/^[+-]?\d{0,9}\.\d{1,9}$/),
    fc.stringMatching(/^-?\d{1,4}(\.\d{0,4})?[eE][+-]?\d{1,2}$/),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 400, maxLength: 400 }), async (texts) => {
      await writeFile(path, `a,b\n${texts.map((one) => `${one},"${one}"`).join("\n")}`);
      const { columns } = await readTable(path, { types: { a: "number", b: "number" } });
      for (const { data } of columns) expect([...data]).toEqual(texts.map(Number));
    }),
    { numRuns: 30 },
  );
});

test("a table of many rows: codes, words among numbers, odd cells, more words than a small table holds", {
  timeout: 60_000,
}, async () => {
  const rows = 23_000;
  const line = (i: number): string =>
    [
      String((i * 7919) % 10_000).padStart(5, "0"),
      i % 3 === 0 ? `A${i % 60}` : i % 70,
      i % 500 === 7 ? "unknown" : i / 7,
      i % 97 === 5 ? "" : `${i % 9}${i}00000000000`,
      i < 12_000 ? i % 9 : `w${i}`,
      i === 20_001 ? '"two\nlines"' : `a rather long text ${i % 15_000}`,
      ["2024-02-28", "20240228"][i % 2],
      `${"1".repeat(1 + (i % 17))}.${i % 1000}`,
    ].join(",");
  const content = `${["zip", "mixed", "ratio", "wide", "late", "text", "day", "digits"].join(",")}\n${Array.from({ length: rows }, (_, i) => line(i)).join("\n")}\n`;
  expect(await agrees(content)).toBe(true);
  expect(await agrees(content, ".csv", { types: { zip: "number", late: "text" }, unreadable: "reject" })).toBe(true);
});

test("a column of numbers is decided without a count of the different ones, which takes a second pass", () => {
  const plain = {
    ...noPlainNumbers,
    count: 970,
    shortest: 1,
    longest: 3,
    sameLength: 800,
    get different(): number {
      throw new Error("counted");
    },
  };
  const column = { name: "a", kind: undefined, plain, others: new Map([["NA", 30]]) };
  const [decided] = decideReadings([column], { separator: ",", target: undefined });
  expect(decided?.reading).toMatchObject({ type: "number", missing: expect.arrayContaining(["NA"]) });
});

test("keys are found when they are asked for, though the file is gone", async () => {
  const path = join(dir, "gone.csv");
  await writeFile(path, 'id,b,a\n1,x,2.0\n2,"y ""z""",3\n3,,NA\n');
  const table = await readTable(path);
  await rm(path);
  const key = (...fields: string[]): number => {
    const digest = createHash("md5")
      .update(fields.map((field) => `\u001f${field}`).join(""))
      .digest();
    return digest.readUInt32LE(4) * 2 ** 21 + (digest.readUInt32LE(0) >>> 11);
  };
  const expected = [key("2", "x", "1"), key("3", 'y "z"', "2"), key("NA", "", "3")];
  const turned = takeColumns(takeRows(table, [2, 0]), ["b"]);
  expect([...turned.rowKeys!]).toEqual([expected[2], expected[0]]);
  expect([...table.rowKeys!]).toEqual(expected);
});

test("MD5 of messages of every length around a block's", () => {
  const md5 = new Md5();
  for (let length = 0; length < 400; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 255);
    md5.reserve(length, 0);
    md5.message.set(bytes);
    const digest = createHash("md5").update(bytes).digest();
    expect(md5.upper53(length)).toBe(digest.readUInt32LE(4) * 2 ** 21 + (digest.readUInt32LE(0) >>> 11));
  }
});
