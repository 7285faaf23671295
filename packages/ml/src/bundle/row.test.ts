// What is said of a row in three ways is one thing: by the quick check, by the full one, and by the JSON Schema.
import { type Column, type ColumnReading, type ColumnType, literalReading, makeTable } from "@lepta/data";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { featurePipeline } from "../features/feature-pipeline.ts";
import { fitFeatures } from "../features/fit-features.ts";
import { type Feature, inputKinds } from "../inputs/index.ts";
import { plainRow, type RowProblem, rowProblems } from "./row.ts";
import { inputSchema } from "./signature.ts";

const types = Object.keys(inputKinds) as ColumnType[];

/** What is learnt of a few rows of a column of this type; undefined where it is no feature. */
function learnt(name: string, reading: ColumnReading): Feature | undefined {
  const { type } = reading;
  const { port } = inputKinds[type];
  const data = port.takes === "numbers" ? Float64Array.of(0, 1, 1, Number.NaN) : ["a", "b", "a b", ""];
  const columns = [
    { name, type, data, reading },
    { name: "beside", type: "number", data: Float64Array.of(1, 2, 3, 4) },
  ] as Column[];
  return fitFeatures(makeTable(columns), { features: columns }).state.features.find((feature) => feature.name === name);
}

const reading: fc.Arbitrary<ColumnReading> = fc.record(
  {
    type: fc.constantFrom(...types),
    missing: fc.subarray(["NA", "-999", "0", "none", "n a", "1e3"]),
    decimal: fc.constantFrom("point", "comma"),
    thousands: fc.constantFrom("none", "blank", "apostrophe"),
    percent: fc.boolean(),
    dates: fc.constantFrom("year-first", "day-first", "month-first"),
    digits: fc.constantFrom("milliseconds", "seconds", "yyyymmdd"),
  },
  { requiredKeys: ["type", "missing"] },
);

const strings = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("", " ", "NA", "-999", "12", "1,5", "1 000", "7 %", "true", "no", "2024-02-28", "28/02/2024", "\0"),
);
const json = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.constantFrom(0, 1, -0, -999, 20240228, 1.7e12, 2 ** 60),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  strings,
  fc.constantFrom([], {}, [1]),
);
const anything = fc.oneof(
  { weight: 9, arbitrary: fc.oneof(json, fc.constantFrom(null, 0, 1, true, "a")) },
  fc.constantFrom(undefined, Number.NaN, Number.POSITIVE_INFINITY, 5n, Symbol("s"), "\ud800"),
  fc.date({ noInvalidDate: false }),
);

/** Inputs, and rows that mostly have their fields. */
function cases(names: readonly string[], values: fc.Arbitrary<unknown>) {
  const inputs = fc
    .subarray([...names], { minLength: 1 })
    .chain((own) => fc.tuple(...own.map((name) => fc.tuple(fc.constant(name), reading))));
  const row = (own: readonly string[]) =>
    fc.tuple(
      fc.record(Object.fromEntries(own.map((name) => [name, values])), { requiredKeys: [] }),
      fc.record(Object.fromEntries(own.map((name) => [name, values]))),
      fc.constantFrom("all", "all", "some", "more", "inherited"),
    );
  return inputs.chain((own) =>
    fc.tuple(
      fc.constant(own.map(([name, is]) => ({ name, type: is.type, reading: is }))),
      row(own.map(([name]) => name)).map(([some, all, how]): object => {
        if (how === "some") return some;
        if (how === "inherited") return Object.create(all) as object;
        return how === "more" ? { ...all, more: 1 } : all;
      }),
    ),
  );
}

test("the quick check says yes only to rows in which the full one finds nothing, and which any store holds", () => {
  let yes = 0;
  fc.assert(
    fc.property(cases(["a", "toString", "2"], anything), ([inputs, row]) => {
      if (!plainRow(inputs)(row)) return;
      yes++;
      expect(rowProblems(row, inputs)).toEqual([]);
      for (const value of Object.values(row))
        if (typeof value === "string") expect(value).not.toMatch(/\0|\p{Surrogate}/u);
    }),
    { numRuns: 4000 },
  );
  expect(yes).toBeGreaterThan(100);
});

test.each([
  ["number", -1.5],
  ["boolean", true],
  ["category", "new"],
  ["text", "some words"],
] as const)("a customary %s is plainly right", (type, value) => {
  const inputs = [{ name: "__proto__", type, reading: literalReading(type) }];
  expect(plainRow(inputs)(Object.fromEntries([["__proto__", value]]))).toBe(true);
  expect(plainRow(inputs)({})).toBe(false);
});

describe("the JSON Schema", () => {
  const ajv = new Ajv2020({ strict: false });

  test("refuses only what the row check refuses; what it cannot tell is how a string or a number reads", () => {
    const seen = { refused: 0, accepted: 0 };
    fc.assert(
      fc.property(cases(["a", "toString", "2"], json), ([inputs, row]) => {
        const features = inputs.map(({ name, reading: own }) => learnt(name, own));
        fc.pre(features.every((feature) => feature !== undefined));
        const schema = inputSchema(featurePipeline({ encoding: "linear", features: features as Feature[] }));
        const sent = JSON.parse(JSON.stringify(row)) as Record<string, unknown>;
        const accepts = ajv.validate(schema, sent);
        const problems = rowProblems(sent, inputs);
        if (!accepts) {
          seen.refused++;
          expect(problems).not.toEqual([]);
          return;
        }
        seen.accepted++;
        const values = problems.map(({ field }) => typeof sent[field]);
        expect(values.every((type) => type === "string" || type === "number")).toBe(true);
        const kinds: RowProblem["kind"][] = ["wrong-type", "out-of-range"];
        expect(problems.every(({ kind }) => kinds.includes(kind))).toBe(true);
      }),
      { numRuns: 1500 },
    );
    expect(Math.min(seen.refused, seen.accepted)).toBeGreaterThan(100);
  });
});
