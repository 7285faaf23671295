// Cleaning steps: what they change and what they report.
import { expect, test } from "vitest";
import { rowsOf, tableFromRows } from "../rows.ts";
import { columnOf, makeTable } from "../table.ts";
import { removeDuplicates } from "./duplicates.ts";
import { normaliseMissing, withTarget } from "./missing.ts";
import { clipOutliers, outlierLimits } from "./outliers.ts";

test("repeated rows go, the first stays, reading's report stays", () => {
  const rows = [
    { a: 1, b: "x" },
    { a: 2, b: "x" },
    { a: 1, b: "x" },
    { a: null, b: null },
    { a: null, b: null },
  ];
  const made = tableFromRows(rows, [
    { name: "a", type: "number" },
    { name: "b", type: "category" },
  ]);
  const rejected = [{ line: 9, reason: "r", text: "t" }];
  const { table, report } = removeDuplicates({ ...made, rejected });
  expect([...rowsOf(table)]).toEqual([rows[0], rows[1], rows[3]]);
  expect(report).toEqual({ removed: 2, rows: Int32Array.of(2, 4) });
  expect(table.rejected).toBe(rejected);
  expect(removeDuplicates(table).table).toBe(table);
});

test("a table's own spellings of missing become missing", () => {
  const table = makeTable([
    { name: "a", type: "category", data: ["x", " Unknown", "-", "unknown soldier"] },
    { name: "n", type: "number", data: Float64Array.of(1, -999, 2, -999) },
  ]);
  const cleaned = normaliseMissing(table, { numbers: { n: [-999] } });
  expect(cleaned.report.changed).toEqual({ a: 2, n: 2 });
  expect([...rowsOf(cleaned.table)].map(({ a, n }) => [a, n])).toEqual([
    ["x", 1],
    [null, null],
    [null, 2],
    ["unknown soldier", null],
  ]);
  expect(cleaned.table.hash).not.toBe(table.hash);
  expect(normaliseMissing(table, { columns: [] }).table).toBe(table);
  expect(() => normaliseMissing(table, { numbers: { a: [1] } })).toThrow("holds strings");
});

test("rows without a target are put aside", () => {
  const table = makeTable([{ name: "y", type: "number", data: Float64Array.of(1, Number.NaN, 0) }]);
  const { table: known, report } = withTarget(table, "y");
  expect([...columnOf(known, "y").data]).toEqual([1, 0]);
  expect([...report.rows]).toEqual([1]);
  expect(() => withTarget(makeTable([{ name: "y", type: "category", data: [""] }]), "y")).toThrow("no value");
});

test("outliers are clipped to limits learnt elsewhere", () => {
  const column = (data: Float64Array) => makeTable([{ name: "x", type: "number", data }]);
  const limits = outlierLimits(column(Float64Array.from({ length: 101 }, (_, i) => i)));
  expect(limits).toEqual({ x: { low: -125, high: 225 } });
  const { table, report } = clipOutliers(column(Float64Array.of(-1000, 5, Number.NaN, 226, 225)), limits);
  expect([...columnOf(table, "x").data]).toEqual([-125, 5, Number.NaN, 225, 225]);
  expect(report.clipped).toEqual({ x: { low: -125, high: 225, below: 1, above: 1 } });
  expect(outlierLimits(column(Float64Array.of(0, 0, 0, 0, 9)))).toEqual({});
});
