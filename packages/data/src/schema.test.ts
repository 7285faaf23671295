// Roles of columns and the target's classes.
import { expect, test } from "vitest";
import { inferSchema } from "./schema.ts";
import { type Column, makeTable, type Table } from "./table.ts";

const n = 60;
const numbers = (name: string, value: (i: number) => number): Column => ({
  name,
  type: "number",
  data: Float64Array.from({ length: n }, (_, i) => value(i)),
});
const strings = (name: string, value: (i: number) => string, type: "category" | "text" = "category"): Column => ({
  name,
  type,
  data: Array.from({ length: n }, (_, i) => value(i)),
});
const label = strings("risk", (i) => (i % 3 === 0 ? "bad" : "good"));
const table = (...columns: Column[]): Table => makeTable([...columns, label]);

test("columns that tell nothing are left out, and why is said", () => {
  const schema = inferSchema(
    table(
      numbers("row", (i) => i + 1),
      numbers("gaps", (i) => 100 + i + Math.floor(i / 2)),
      numbers("shuffled", (i) => (i * 7) % n),
      numbers("customer_id", (i) => (i * 7919) % 100_003),
      numbers("same", () => 3),
      numbers("void", () => Number.NaN),
      strings("key", (i) => `k${i}`, "text"),
      strings("note", (i) => `note ${i} said so`, "text"),
      numbers("codes", (i) => i % 3),
      numbers("amount", (i) => (i * 7919) % 100_003),
      numbers("sparse", (i) => (i % 2 === 0 ? 1 : Number.NaN)),
      strings("purpose", (i) => ["car", "tv", ""][i % 3]!),
    ),
    { target: "risk" },
  );
  expect(Object.fromEntries(schema.leftOut.map(({ name, reason }) => [name, reason]))).toEqual({
    row: "it only counts the rows",
    gaps: "it only counts the rows",
    shuffled: "it only counts the rows",
    customer_id: "it only counts the rows",
    same: "constant: every value is 3",
    void: "every value is missing",
    key: "identifier: a different value in every row",
  });
  expect(schema.features).toEqual([
    { name: "note", type: "text" },
    { name: "codes", type: "number" },
    { name: "amount", type: "number" },
    { name: "sparse", type: "number" },
    { name: "purpose", type: "category", categories: ["car", "tv"] },
  ]);
  expect(schema.target).toEqual({
    name: "risk",
    type: "category",
    classes: ["bad", "good"],
    positive: "bad",
    missing: 0,
  });
});

test("a named column is left out; without a target all others are features", () => {
  const schema = inferSchema(
    table(
      strings("note", (i) => `note ${i} said so`, "text"),
      numbers("x", (i) => i * i),
    ),
    {
      exclude: ["x"],
    },
  );
  expect(schema.features.map(({ name }) => name)).toEqual(["note", "risk"]);
  expect(schema.leftOut).toEqual([{ name: "x", reason: "excluded" }]);
  expect(schema.target).toBeUndefined();
});

test("a target's classes: numbers by size, strings by code point, booleans as false and true", () => {
  const target = (column: Column, options = {}) =>
    inferSchema(
      table(
        column,
        numbers("x", (i) => i / 7),
      ),
      { target: "y", ...options },
    ).target;
  expect(target(numbers("y", (i) => [10, 9, 2][i % 3]!))?.classes).toEqual(["2", "9", "10"]);
  expect(target(strings("y", (i) => ["b", "a", "Z"][i % 3]!))?.classes).toEqual(["Z", "a", "b"]);
  const flags: Column = { name: "y", type: "boolean", data: Float64Array.from({ length: n }, (_, i) => i % 2) };
  expect(target(flags)).toMatchObject({ classes: ["false", "true"], positive: "true" });
  expect(target(flags, { positive: "False" })?.positive).toBe("false");
  expect(target(numbers("y", (i) => i % 2))).toMatchObject({ classes: ["0", "1"], positive: "1" });
  expect(
    target(
      numbers("y", (i) => i % 2),
      { positive: "0.0" },
    )?.positive,
  ).toBe("0");
  expect(target(strings("y", (i) => (i % 4 === 0 ? "left" : "right")))?.positive).toBe("left");
  expect(target(numbers("y", (i) => (i < 5 ? Number.NaN : i % 2)))?.missing).toBe(5);
});

test("a numeric target of many values or of fractions is a regression", () => {
  const classes = (value: (i: number) => number) =>
    inferSchema(table(numbers("y", value)), { target: "y" }).target?.classes?.length;
  expect(classes((i) => i % 20)).toBe(20);
  expect(classes((i) => i % 21)).toBeUndefined();
  expect(classes((i) => (i % 3) / 2)).toBeUndefined();
});

test.each([
  ["riks", {}, label, "target-missing", /"risk"/],
  ["y", {}, numbers("y", () => Number.NaN), "target-all-missing", /60 rows/],
  ["y", {}, strings("y", () => "a"), "target-one-class", /"a"/],
  ["risk", { positive: "bda" }, numbers("x", (i) => i), "positive-unknown", /"bad"/],
  ["y", { positive: "1" }, numbers("y", (i) => i / 3), "positive-unknown", /regression/],
  ["y", {}, strings("y", (i) => `t${i}`, "text"), "wrong-column-type", /text/],
  ["risk", { exclude: ["q"] }, numbers("x", (i) => i), "unknown-column", /"q"/],
] as const)("target %s with %j is refused", (target, options, column, code, words) => {
  const columns = column === label ? table() : table(column);
  try {
    inferSchema(columns, { target, ...options });
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ code });
    const { message, fix } = error as { message: string; fix: string };
    expect(`${message} ${fix}`).toMatch(words);
  }
});
