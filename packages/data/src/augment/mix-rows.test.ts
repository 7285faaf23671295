// Mixed rows: between their parents, labels kept, seeded.
import { expect, test } from "vitest";
import { rowsOf } from "../rows.ts";
import { columnOf, makeTable } from "../table.ts";
import { mixRows } from "./mix-rows.ts";

const n = 200;
const index = Array.from({ length: n }, (_, i) => i);
const table = makeTable([
  { name: "age", type: "number", data: Float64Array.from(index, (i) => 20 + (i % 40)) },
  { name: "amount", type: "number", data: Float64Array.from(index, (i) => (i % 9 === 0 ? Number.NaN : 100.5 + i)) },
  { name: "job", type: "category", data: index.map((i) => (i % 2 === 0 ? `even${i % 6}` : `odd${i % 5}`)) },
  { name: "flag", type: "boolean", data: Float64Array.from(index, (i) => i % 2) },
  { name: "y", type: "category", data: index.map((i) => (i % 2 === 0 ? "good" : "bad")) },
]);

test("numbers lie within the class's range, strings come from the class, labels keep their shares", () => {
  const mixed = mixRows(table, { target: "y", count: 1000, seed: 1 });
  const rows = [...rowsOf(mixed)];
  for (const { age, job, flag, y } of rows) {
    expect(Number.isInteger(age)).toBe(true);
    expect(age).toBeGreaterThanOrEqual(20);
    expect(age).toBeLessThan(60);
    expect(String(job).startsWith(y === "good" ? "even" : "odd")).toBe(true);
    expect(flag).toBe(y === "bad");
  }
  const good = rows.filter(({ y }) => y === "good").length;
  expect(Math.abs(good - 500)).toBeLessThan(60);
  const mean = rows.reduce((sum, { age }) => sum + Number(age), 0) / rows.length;
  expect(Math.abs(mean - 39.5)).toBeLessThan(1.5);
  expect(rows.filter(({ amount }) => amount === null).length).toBeGreaterThan(30);
  const known = new Set(table.rowHashes);
  expect(mixed.rowHashes.filter((hash) => !known.has(hash)).length).toBeGreaterThan(500);
});

test("the seed decides, a regression's target is mixed as well, bad options are refused", () => {
  const make = (seed: number) => mixRows(table, { target: "y", count: 50, seed }).hash;
  expect(make(1)).toBe(make(1));
  expect(make(1)).not.toBe(make(2));
  const mixed = mixRows(table, { target: "amount", count: 50, regression: true });
  expect([...columnOf(mixed, "amount").data].some((value) => Number(value) % 1 !== 0.5)).toBe(true);
  expect(() => mixRows(table, { target: "y", count: 0 })).toThrow("0 rows");
});
