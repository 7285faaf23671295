// What is counted of a table's texts is the same whether they are kept or read from their bytes.
import fc from "fast-check";
import { expect, test } from "vitest";
import { openDuck } from "../duck.ts";
import { codedTexts } from "./coded-texts.ts";
import { rowKeys } from "./duck-loaded.ts";
import { type RawCells, rawColumns } from "./raw-columns.ts";

const cell = fc.oneof(
  fc.double().map(String),
  fc.integer().map(String),
  fc.stringMatching(/^ ?[+-]?0{0,2}\d{0,18}[._,]?\d{0,4}( |\t|\u00a0)?$/),
  fc.constantFrom(
    "",
    "NA",
    "inf",
    "1_0",
    "+-5",
    "1.000",
    "0.125",
    "0012",
    "9007199254740993",
    "x,\u001fy",
    "5.0",
    " ",
    "é",
  ),
);

test("counts, figures, texts and row keys are the same either way", async () => {
  const rows = 4000;
  const data = [1, 2, 3].map((seed) =>
    fc.sample(cell, { numRuns: rows, seed }).map((text) => text.replaceAll("\0", "")),
  );
  const duck = await openDuck();
  try {
    await duck.load(
      "loaded",
      data.map((column) => ({ sqlType: "VARCHAR" as const, data: column })),
    );
    const names = ["c", "a", "b"];
    const either = (keep: boolean): Promise<RawCells[]> =>
      rawColumns(
        duck,
        names,
        names.map(() => undefined),
        names.map(() => false),
        rows,
        keep,
      );
    const [few, many] = [await either(true), await either(false)];
    few.forEach(({ column, numbers, texts }, i) => {
      const other = many[i]!;
      const { different, ...counts } = column.plain;
      expect(other.column.plain).toMatchObject(counts);
      // An estimate.
      expect(Math.abs(other.column.plain.different / different - 1)).toBeLessThan(0.05);
      expect(other.numbers).toEqual(numbers);
      expect(other.texts).toEqual(texts);
      expect(other.column.others).toEqual(column.others);
    });
    const keys = await rowKeys(duck, [1, 2, 0], few, rows);
    expect(keys).toEqual(await rowKeys(duck, [1, 2, 0], many, rows));
    expect(new Set(keys).size).toBeGreaterThan(rows - 50);
  } finally {
    duck.close();
  }
});

/** Above the rows up to which texts are kept. */
const many = 12_000;

async function cellsOf(texts: readonly string[]): Promise<RawCells> {
  const duck = await openDuck();
  try {
    await duck.load("loaded", [{ sqlType: "VARCHAR", data: texts }]);
    return (await rawColumns(duck, ["c"], [undefined], [false], texts.length))[0]!;
  } finally {
    duck.close();
  }
}

test("words of every length, among them more than the table of short ones holds, are counted each", async () => {
  const rows = 60_000;
  const texts = Array.from({ length: rows }, (_, i) =>
    i % 3 === 0 ? ["é", "ab", "twelve bytes", "more than twelve", "日本語"][i % 5]! : `w${i % 30_000}`,
  );
  const { column, texts: read, numbers } = await cellsOf(texts);
  expect(read).toEqual(codedTexts(texts));
  expect(numbers).toBeUndefined();
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  expect([...column.others]).toEqual([...counts]);
});

test("the shortest, the longest and different numbers of a large column are known where all cells are numbers", async () => {
  const days = await cellsOf(Array.from({ length: many }, (_, i) => String(20240101 + (i % 28))));
  expect(days.column.plain).toMatchObject({ count: many, shortest: 8, longest: 8, sameLength: many, different: 28 });
  // Neighbours that one double stands for are different texts.
  const wide = await cellsOf(Array.from({ length: many }, (_, i) => `90071992547409930${String(i).padStart(5, "0")}`));
  expect(wide.column.plain.wide).toBe(many);
  expect(wide.column.plain.different / many).toBeCloseTo(1, 1);
});

test("figures from bytes are those that JavaScript reads from the text", async () => {
  const random = fc.sample(
    fc.tuple(fc.integer({ min: -99_999_999, max: 99_999_999 }), fc.integer({ min: 0, max: 9 })),
    {
      numRuns: many,
      seed: 5,
    },
  );
  const texts = random.map(([digits, places]) => (digits / 10 ** places).toFixed(places).slice(0, 12));
  const { numbers } = await cellsOf(texts);
  expect(numbers).toEqual(Float64Array.from(texts, Number));
});
