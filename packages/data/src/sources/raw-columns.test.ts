// What is counted of a small table's texts is what the database counts of a large one's.
import fc from "fast-check";
import { expect, test } from "vitest";
import { openDuck } from "../duck.ts";
import type { Column } from "../table.ts";
import { type RawCells, rawColumns } from "./raw-columns.ts";
import { rowKeys } from "./row-key-sql.ts";

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
    const either = (count: number): Promise<RawCells[]> =>
      rawColumns(
        duck,
        names,
        names.map(() => undefined),
        names.map(() => false),
        count,
      );
    const [few, many] = [await either(rows), await either(1e6)];
    few.forEach(({ column, numbers, texts }, i) => {
      const other = many[i]!;
      const { different, ...counts } = column.plain;
      expect(other.column.plain).toMatchObject(counts);
      // The database estimates it.
      expect(Math.abs(other.column.plain.different / different - 1)).toBeLessThan(0.5);
      expect(other.numbers).toEqual(numbers);
      expect(other.texts).toEqual(texts);
      expect(other.column.others).toEqual(column.others);
    });
    const columns = names.map((name, i): Column => ({ name, type: "text", data: data[i]! }));
    const keys = await rowKeys(duck, columns, few, rows);
    expect(keys).toEqual(await rowKeys(duck, columns, many, rows));
    expect(new Set(keys).size).toBeGreaterThan(rows - 50);
  } finally {
    duck.close();
  }
});
