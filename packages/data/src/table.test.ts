// Tables from rows and back, and the hashes of their content.
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { rowsOf, tableFromRows } from "./rows.ts";
import { makeTable, takeColumns, takeRows } from "./table.ts";

const specs = [
  { name: "n", type: "number" },
  { name: "c", type: "category" },
  { name: "b", type: "boolean" },
  { name: "t", type: "timestamp" },
] as const;
const rows = [
  { n: 1, c: "x", b: true, t: "2024-05-01T00:00:00.000Z" },
  { n: null, c: null, b: null, t: null },
  { n: -0.5, c: "y", b: false, t: "1969-12-31T23:59:59.999Z" },
];

test("rows go in and come out", () => {
  const table = tableFromRows(rows, specs);
  expect([...rowsOf(table)]).toEqual(rows);
  expect([...rowsOf(tableFromRows([{}], { features: specs }))]).toEqual([{ n: null, c: null, b: null, t: null }]);
  expect([...rowsOf(takeRows(table, [2, 0, 2]))]).toEqual([rows[2], rows[0], rows[2]]);
});

test("a value or a field that does not fit is named with its row", () => {
  const make = (row: Record<string, string | number | boolean>) => () => tableFromRows([{}, row], specs);
  expect(make({ n: "one" })).toThrow('row 1, column "n": "one" is not a number');
  expect(make({ n: Number.POSITIVE_INFINITY })).toThrow("Infinity is not a number");
  expect(make({ b: 2 })).toThrow("true or false");
  expect(make({ c: 2 ** 53 })).toThrow("9007199254740992 is not a string");
  expect(make({ t: "soon" })).toThrow("ISO 8601");
  expect(make({ nn: 1 })).toThrow('field "nn"');
});

test("the hash is of names and values: not of order, nor of how a value is held", () => {
  const table = tableFromRows(rows, specs);
  const turned = tableFromRows([rows[2]!, rows[0]!, rows[1]!], [specs[3], specs[1], specs[0], specs[2]]);
  expect(turned.hash).toBe(table.hash);
  expect(turned.rowHashes).toEqual([table.rowHashes[2], table.rowHashes[0], table.rowHashes[1]]);
  const held = (type: "number" | "category", value: number | string) =>
    tableFromRows([{ x: value }], [{ name: "x", type }]).hash;
  expect(held("number", 3)).toBe(held("category", "3"));
  expect(held("number", -0)).toBe(held("number", 0));
  expect(takeRows(table, [0, 1, 2, 2]).hash).not.toBe(table.hash);
  expect(takeColumns(table, ["n", "c"]).hash).not.toBe(table.hash);
});

test("the hash of many rows is that of their texts in order", () => {
  const n = 20_000;
  const table = makeTable([
    { name: "n", type: "number", data: Float64Array.from({ length: n }, (_, i) => (i % 7000) / 8) },
    { name: "é", type: "category", data: Array.from({ length: n }, (_, i) => (i % 3 ? `v${i % 12_000}` : "")) },
  ]);
  const sha = (text: string): string => createHash("sha256").update(text).digest("hex");
  const texts = Array.from({ length: n }, (_, i) => {
    const [x, v] = [String((i % 7000) / 8), `v${i % 12_000}`];
    return `1:n=${x.length}:${x}1:é=${i % 3 ? `${v.length}:${v}` : "-"}`;
  });
  const hashes = texts.map((text) => sha(text).slice(0, 32));
  expect(table.rowHashes).toEqual(hashes);
  expect(table.hash).toBe(sha(`["n","é"]${hashes.toSorted().join("")}`));
});

test("values that run together do not collide", () => {
  const of = (a: string, b: string) =>
    makeTable([
      { name: "a", type: "category", data: [a] },
      { name: "b", type: "category", data: [b] },
    ]).hash;
  const all = [of("x1:b=1:y", ""), of("x", "1:y"), of("", "x"), of("x", ""), of("-", ""), of("x", "-")];
  expect(new Set(all).size).toBe(all.length);
});

test("what cannot be a table", () => {
  const x = { name: "x", type: "number", data: Float64Array.of(1) } as const;
  expect(() => makeTable([])).toThrow("no column");
  expect(() => makeTable([x, x])).toThrow('two columns are named "x"');
  expect(() => makeTable([x, { ...x, name: "y", data: new Float64Array(2) }])).toThrow("2 values");
  expect(() => takeRows(makeTable([x]), [1])).toThrow("outside the table");
  expect(() => takeColumns(makeTable([x]), ["X"])).toThrow('no column "X"');
});
