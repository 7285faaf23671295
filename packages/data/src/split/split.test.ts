// Splits and folds: exact, stratified, by content.
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rng } from "../random.ts";
import { readTable } from "../sources/read-table.ts";
import { makeTable, type Table, takeRows } from "../table.ts";
import { quotas } from "./assign.ts";
import { kFold, splitTable } from "./split.ts";

/** Rows with a class of 30 % and a number that makes them different. */
function sample(n: number, different = n): Table {
  return makeTable([
    { name: "x", type: "number", data: Float64Array.from({ length: n }, (_, i) => i % different) },
    {
      name: "y",
      type: "category",
      data: Array.from({ length: n }, (_, i) => ((i % different) % 10 < 3 ? "bad" : "good")),
    },
    { name: "house", type: "number", data: Float64Array.from({ length: n }, (_, i) => Math.floor(i / 4)) },
  ]);
}

const count = (table: Table, rows: Int32Array, label: string): number =>
  takeRows(table, rows).columns[1]!.data.filter((value: number | string) => value === label).length;

function shuffled(table: Table, seed: number): Int32Array {
  const order = Int32Array.from({ length: table.rowCount }, (_, i) => i);
  rng(seed).shuffle(order);
  return order;
}

const german = process.env.LEPTA_DATA && join(process.env.LEPTA_DATA, "german_credit/german_credit.csv");
test.skipIf(!german)("German credit (needs LEPTA_DATA): 600, 200, 200 rows with 180, 60, 60 bad", async () => {
  const table = await readTable(german as string);
  const parts = splitTable(table, { stratify: "bad", seed: 7 });
  const bad = (rows: Int32Array) =>
    (takeRows(table, rows).columns.at(-1)!.data as Float64Array).reduce((a, b) => a + b);
  expect(Object.values(parts).map((rows) => [rows.length, bad(rows)])).toEqual([
    [600, 180],
    [200, 60],
    [200, 60],
  ]);
});

describe("splitTable", () => {
  test("counts are exact in whole and by class; every row is in one part", () => {
    const table = sample(1000);
    const parts = splitTable(table, { stratify: "y", seed: 3 });
    expect(Object.values(parts).map((rows) => rows.length)).toEqual([600, 200, 200]);
    expect(Object.values(parts).map((rows) => count(table, rows, "bad"))).toEqual([180, 60, 60]);
    expect(
      Object.values(parts)
        .flatMap((rows) => [...rows])
        .sort((a, b) => a - b),
    ).toEqual([...Array(1000).keys()]);
  });
  test("another seed deals other rows, the same seed the same", () => {
    const table = sample(200);
    const of = (seed: number) => [...splitTable(table, { seed }).test];
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
    const shared = of(1).filter((row) => of(2).includes(row)).length;
    expect(shared).toBeLessThan(20);
  });
  test("property: the order of rows has no effect on what each part holds", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ x: fc.integer({ min: 0, max: 12 }), y: fc.boolean() }), { minLength: 30, maxLength: 120 }),
        fc.integer(),
        fc.boolean(),
        (rows, seed, stratified) => {
          const table = makeTable([
            { name: "x", type: "number", data: Float64Array.from(rows, ({ x }) => x) },
            { name: "y", type: "boolean", data: Float64Array.from(rows, ({ y }) => Number(y)) },
          ]);
          const options = { seed, fractions: { a: 0.5, b: 0.3, c: 0.2 }, ...(stratified ? { stratify: "y" } : {}) };
          let parts: Record<"a" | "b" | "c", Int32Array>;
          try {
            parts = splitTable(table, options);
          } catch (error) {
            expect(error).toMatchObject({ code: "too-few-rows" });
            return;
          }
          const order = shuffled(table, seed);
          const again = splitTable(takeRows(table, order), options);
          const hashesOf = (of: Table, rows: Int32Array) => [...rows].map((row) => of.rowHashes[row]!).sort();
          for (const part of ["a", "b", "c"] as const)
            expect(hashesOf(takeRows(table, order), again[part])).toEqual(hashesOf(table, parts[part]));
        },
      ),
      { numRuns: 60 },
    );
  });
  test("repeated rows do not spoil the counts", () => {
    const table = takeRows(sample(400), [...Array(400).keys(), ...Array(30).keys(), ...Array(30).keys()]);
    const parts = splitTable(table, { stratify: "y", seed: 5 });
    expect(Object.values(parts).map((rows) => rows.length)).toEqual([276, 92, 92]);
  });
  test("a group stays in one part, near the shares", () => {
    const table = sample(1000);
    const parts = splitTable(table, { group: "house", stratify: "y", seed: 2 });
    const houses = Object.values(parts).map((rows) => new Set([...rows].map((row) => Math.floor(row / 4))));
    expect(houses[0]!.size + houses[1]!.size + houses[2]!.size).toBe(250);
    expect(Math.abs(parts.train.length - 600)).toBeLessThanOrEqual(8);
    expect(Math.abs(count(table, parts.test, "bad") - 60)).toBeLessThanOrEqual(8);
  });
  test("a number is stratified by its tenths", () => {
    const table = sample(1000);
    const { test: rows } = splitTable(table, { stratify: "x", seed: 1 });
    const mean = rows.reduce((sum, row) => sum + row, 0) / rows.length;
    expect(Math.abs(mean - 499.5)).toBeLessThan(10);
  });
  test("what cannot be split is refused", () => {
    expect(() => splitTable(sample(10), { fractions: { train: 0.6, test: 0.5 } })).toThrow("sum to 1.1");
    expect(() => splitTable(sample(10), { stratify: "z" })).toThrow('no column "z"');
    expect(() => splitTable(sample(2))).toThrow("too few");
    expect(() => splitTable(sample(10), { group: "z" })).toThrow('no column "z"');
    const two = makeTable([{ name: "g", type: "category", data: ["a", "b", "a", "b", "a"] }]);
    expect(() => splitTable(two, { group: "g" })).toThrow("would be empty");
  });
});

describe("kFold", () => {
  test("folds are even in size and class, and cover each row once", () => {
    const table = sample(103);
    const folds = kFold(table, { k: 5, stratify: "y", seed: 1 });
    expect(folds.map(({ test }) => test.length).sort()).toEqual([20, 20, 21, 21, 21]);
    const bad = folds.map(({ test }) => count(table, test, "bad"));
    expect(Math.max(...bad) - Math.min(...bad)).toBeLessThanOrEqual(1);
    expect(folds.flatMap(({ test }) => [...test]).sort((a, b) => a - b)).toEqual([...Array(103).keys()]);
    for (const { train, test } of folds) expect(new Set([...train, ...test]).size).toBe(103);
  });
  test("the order of rows has no effect", () => {
    const table = sample(90);
    const order = shuffled(table, 4);
    const there = kFold(table, { k: 3, stratify: "y", seed: 9 });
    const back = kFold(takeRows(table, order), { k: 3, stratify: "y", seed: 9 });
    there.forEach(({ test }, k) => {
      expect([...back[k]!.test].map((row) => order[row]!).sort((a, b) => a - b)).toEqual([...test]);
    });
  });
  test("too many folds, or too few", () => {
    expect(() => kFold(sample(4), { k: 5 })).toThrow("5 folds");
    expect(() => kFold(sample(4), { k: 1 })).toThrow("1 folds");
  });
});

test("property: quotas meet each stratum's and each part's total, and are off by less than one row", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }),
      fc.constantFrom([0.6, 0.2, 0.2], [0.5, 0.5], [1 / 3, 1 / 3, 1 / 3], [0.9, 0.05, 0.05], [0.2, 0.2, 0.2, 0.2, 0.2]),
      (sizes, fractions) => {
        const strata = sizes.flatMap((size, i) => new Array<string>(size).fill(String(i)));
        const cells = quotas(strata, fractions);
        sizes.forEach((size, i) => {
          const row = cells.get(String(i))!;
          expect(row.reduce((a, b) => a + b)).toBe(size);
          row.forEach((cell, part) => {
            expect(Math.abs(cell - size * fractions[part]!)).toBeLessThan(1 + 1e-9);
          });
        });
        fractions.forEach((share, part) => {
          const total = [...cells.values()].reduce((sum, row) => sum + row[part]!, 0);
          expect(Math.abs(total - strata.length * share)).toBeLessThan(1 + 1e-9);
        });
      },
    ),
  );
});

test("parts that two rows cannot fill are named in words", () => {
  expect(() => splitTable(sample(2))).toThrow(
    /^2 rows are too few for the parts train \(60 %\), validation \(20 %\), test \(20 %\): "[a-z]+" would be empty$/,
  );
});
