// Profiles: columns, balance, repeats and columns that give the target away.
import { join } from "node:path";
import { expect, test } from "vitest";
import { rng } from "../random.ts";
import { inferSchema } from "../schema.ts";
import { readTable } from "../sources/read-table.ts";
import { type Column, makeTable, takeRows } from "../table.ts";
import { profileTable } from "./profile.ts";

const n = 400;
const random = rng(1);
const y = Float64Array.from({ length: n }, (_, i) => Number(i % 4 === 0));
const noise = Float64Array.from({ length: n }, () => random.normal());
const numbers = (name: string, value: (i: number) => number): Column => ({
  name,
  type: "number",
  data: Float64Array.from({ length: n }, (_, i) => value(i)),
});
const strings = (name: string, value: (i: number) => string): Column => ({
  name,
  type: "category",
  data: Array.from({ length: n }, (_, i) => value(i)),
});

test("columns, balance and repeats", () => {
  const base = makeTable([
    numbers("x", (i) => (i === 0 ? Number.NaN : i)),
    strings("c", (i) => ["a", "b", "a", ""][i % 4]!),
    { name: "y", type: "number", data: y },
  ]);
  const table = takeRows(base, [...Array(n).keys(), 5, 6]);
  const profile = profileTable(table, inferSchema(table, { target: "y" }));
  expect(profile.rowCount).toBe(402);
  expect(profile.duplicates).toEqual({ rows: 2, conflicting: 0 });
  expect(profile.target).toEqual({
    name: "y",
    missing: 0,
    classes: [
      { label: "0", count: 302, share: 302 / 402 },
      { label: "1", count: 100, share: 100 / 402 },
    ],
    imbalance: 3.02,
  });
  const [x, c, target] = profile.columns;
  expect(x).toMatchObject({ missing: 1, different: 399, role: "feature" });
  expect(x?.numbers).toMatchObject({ min: 1, max: 399 });
  expect(x?.numbers?.quantiles.p50).toBeCloseTo(199, 0);
  expect(x?.numbers?.histogram.counts.reduce((a, b) => a + b)).toBe(401);
  expect(c?.top).toEqual([
    { value: "a", count: 201 },
    { value: "b", count: 101 },
  ]);
  expect(c?.missing).toBe(100);
  expect(target?.role).toBe("target");
  expect(JSON.parse(JSON.stringify(profile))).toEqual(profile);
});

test("equal features with another target are counted", () => {
  const table = makeTable([numbers("x", (i) => i % 10), { name: "y", type: "number", data: y }]);
  expect(profileTable(table, inferSchema(table, { target: "y" })).duplicates.conflicting).toBe(200);
});

test("columns that give the target away are suspected, others not", () => {
  const table = makeTable([
    strings("recoded", (i) => (y[i] === 1 ? "yes" : "no")),
    numbers("shifted", (i) => y[i]! * 100 + noise[i]!),
    strings("fine", (i) => `${y[i]}-${i % 5}`),
    numbers("helpful", (i) => y[i]! + noise[i]!),
    strings("many", (i) => `v${(i * 7) % 101}`),
    { name: "y", type: "number", data: y },
  ]);
  const { suspects } = profileTable(table, inferSchema(table, { target: "y" }));
  expect(suspects.map(({ name, kind }) => [name, kind])).toEqual([
    ["recoded", "recoded"],
    ["shifted", "auc"],
    ["fine", "information"],
  ]);
});

test("a regression's target in another unit is suspected", () => {
  const table = makeTable([
    numbers("logged", (i) => Math.log(noise[i]! + 10)),
    numbers("weak", (i) => noise[i]! + (i % 7)),
    numbers("y", (i) => noise[i]!),
  ]);
  const { suspects } = profileTable(table, inferSchema(table, { target: "y" }));
  expect(suspects).toEqual([{ name: "logged", kind: "correlation", value: expect.closeTo(1, 6) }]);
});

const data = process.env.LEPTA_DATA;
test.skipIf(!data)(
  "real tables (needs LEPTA_DATA): the diagnosis grade is suspected, German credit is clean",
  async () => {
    const heart = await readTable(join(data as string, "heart_cleveland/heart_cleveland.csv"));
    const suspects = (profile: ReturnType<typeof profileTable>) => profile.suspects.map(({ name }) => name);
    expect(suspects(profileTable(heart, inferSchema(heart, { target: "disease" })))).toEqual(["num"]);
    const german = await readTable(join(data as string, "german_credit/german_credit.csv"));
    const profile = profileTable(german, inferSchema(german, { target: "bad" }));
    expect(suspects(profile)).toEqual([]);
    expect(profile.duplicates.rows).toBe(0);
  },
);
