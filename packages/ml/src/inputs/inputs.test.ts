// The table of input kinds: its entries agree with each other, and a value falls into the bin that its profile counted.
import { type Column, type ColumnType, cellReader, literalReading } from "@lepta/data";
import { describe, expect, test } from "vitest";
import { featureKinds, inputKinds } from "./index.ts";
import { expectedShares, type FeatureProfile, profileBin, profilesIn } from "./profiles/index.ts";

const data: Readonly<Record<ColumnType, Column["data"]>> = {
  number: Float64Array.of(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, Number.NaN),
  boolean: Float64Array.of(0, 1, 1, 1, Number.NaN, 0),
  timestamp: Float64Array.from({ length: 30 }, (_, i) => 1.7e12 + i * 1e8),
  category: ["tv", "car", "car", "", "tv", "boat"],
  text: ["it works", "it does not work at all", "", "fine", "bad , bad", "it works"],
};

describe.each(Object.keys(inputKinds) as ColumnType[])("%s", (type) => {
  const kind = inputKinds[type];
  const column = { name: "c", type, data: data[type] } as Column;

  test("gives features of a kind that is in the table, or says why not", () => {
    const learnt = kind.fit(column, { bins: 4, categories: 2, plain: false, alike: 1 });
    if ("leftOut" in learnt) return expect(learnt.leftOut).not.toBe("");
    expect(learnt).toMatchObject({ kind: kind.feature, name: "c", reading: { type } });
    expect(Object.keys(featureKinds)).toContain(learnt.kind);
    expect(JSON.parse(JSON.stringify(learnt))).toEqual(learnt);
  });

  test("has the training rows in its profile's bins as it counted them", () => {
    const profile = kind.profile.of("c", column);
    expect(profilesIn(JSON.parse(JSON.stringify([profile])))).toEqual([profile]);
    const shares = expectedShares(profile);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    const counts = shares.map(() => 0);
    for (const value of column.data) counts[profileBin(profile, value)]! += 1 / column.data.length;
    for (const [i, share] of shares.entries()) expect(counts[i]).toBeCloseTo(share, 12);
  });

  test("feeds what it reads as its port takes it", () => {
    const read = cellReader(literalReading(type));
    const cells = [null, ...kind.raw.map((raw) => ({ number: 1, boolean: true, string: "2024-02-28" })[raw])];
    const fed = kind.port.feed(cells.length, (i) => read(cells[i]));
    expect(fed.shape).toEqual([cells.length, ...kind.port.shape]);
    expect(fed.data instanceof Float64Array).toBe(kind.port.dtype === "float64");
    expect(kind.port.part(column.data, 1, 3)).toEqual({ data: column.data.slice(1, 3), shape: [2, 1] });
    expect(kind.port.part(column.data instanceof Float64Array ? ["a"] : Float64Array.of(1), 0, 1)).toBeUndefined();
  });
});

const age: FeatureProfile = {
  name: "age",
  kind: "number",
  edges: [30, 50],
  shares: [0.25, 0.5, 0.2],
  missing: 0.05,
  min: 18,
  max: 80,
};
const purpose: FeatureProfile = {
  name: "purpose",
  kind: "category",
  categories: ["car", "tv"],
  shares: [0.6, 0.3],
  other: 0.1,
  missing: 0,
};

test("a value's bin", () => {
  expect([29.9, 30, 49, 50, null, Number.NaN].map((v) => profileBin(age, v))).toEqual([0, 1, 1, 2, 3, 3]);
  expect(["car", "tv", "boat", "", null].map((v) => profileBin(purpose, v))).toEqual([0, 1, 2, 3, 3]);
});

test("profiles that are not known, or do not fit together, are none", () => {
  for (const wrong of [
    {},
    [{ ...age, kind: "other" }],
    [{ ...age, shares: [1] }],
    [age, { ...purpose, shares: [2, 0] }],
  ])
    expect(profilesIn(wrong)).toEqual([]);
});
