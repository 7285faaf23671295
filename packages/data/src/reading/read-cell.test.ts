// One raw value, one meaning: how spellings are read, column by column.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openDuck } from "../duck.ts";
import { rawColumns } from "../sources/raw-columns.ts";
import { type ColumnReading, customaryReading } from "./column-reading.ts";
import { customaryMissing } from "./missing-spellings.ts";
import { readCell } from "./read-cell.ts";

const number = (extra: Partial<ColumnReading> = {}): ColumnReading => ({ ...customaryReading("number"), ...extra });
const time = (extra: Partial<ColumnReading> = {}): ColumnReading => ({ ...customaryReading("timestamp"), ...extra });
const category = customaryReading("category");
const german = number({ decimal: "comma", thousands: "point", currency: ["€", "EUR"], percent: true });
const english = number({ thousands: "comma", currency: ["$"] });

describe("numbers", () => {
  test.each([
    [number(), "12", 12],
    [number(), " 0123 ", 123],
    [number(), "\u00a012.5\u00a0", 12.5],
    [number(), "\u221212", -12],
    [number(), "1e3", 1000],
    [number(), ".5", 0.5],
    [number(), "(12)", -12],
    [number({ decimal: "comma" }), "31578,87", 31578.87],
    [number({ decimal: "comma" }), "-,5", -0.5],
    [german, "1.234,56", 1234.56],
    [german, "1.234.567", 1234567],
    [german, "1234 €", 1234],
    [german, "EUR 1.234,50", 1234.5],
    [german, "12,5 %", 12.5],
    [german, "12", 12],
    [number({ decimal: "comma", thousands: "blank" }), "1 234,5", 1234.5],
    [number({ decimal: "comma", thousands: "blank" }), "1\u202f234,5", 1234.5],
    [number({ thousands: "apostrophe" }), "1'234.50", 1234.5],
    [number({ thousands: "apostrophe", currency: ["CHF"] }), "CHF 1’234.50", 1234.5],
    [english, "$1,234.50", 1234.5],
    [english, "-$1,234.50", -1234.5],
    [english, "($1,234.50)", -1234.5],
    [english, "12,34,567", 1234567],
    [number(), 12.5, 12.5],
    [number({ missing: ["-999"] }), "-999.0", null],
    [number({ missing: ["-999"] }), -999, null],
  ])("%j reads %j", (reading, raw, value) => {
    expect(readCell(reading, raw)).toBe(value);
  });
  test.each([
    [number(), "1,234"],
    [number(), "1_000"],
    [number(), "inf"],
    [number(), "1e999"],
    [number(), "0x10"],
    [number(), "+-5"],
    [number(), "$5"],
    [number(), "12 %"],
    [number(), "1 2"],
    [number(), true],
    [number(), Number.POSITIVE_INFINITY],
    [german, "31578.87"],
    [german, "$5"],
    [english, "1,23"],
    [english, "€5"],
    [number({ decimal: "comma" }), "1.5"],
  ])("%j does not read %j", (reading, raw) => {
    expect(readCell(reading, raw)).toBeUndefined();
  });
});

describe("times", () => {
  const day = Date.UTC(2024, 1, 1);
  test.each([
    [time(), "2024-02-01", day],
    [time(), "2024/02/01", day],
    [time(), "2024.2.1", day],
    [time(), "Feb 1, 2024", day],
    [time(), "1 February 2024", day],
    [time(), "01-Feb-24", day],
    [time(), "Thu, 01 Feb 2024 10:00:00 GMT", day + 36e5 * 10],
    [time(), "2024-02-01T10:00:00+02:00", day + 36e5 * 8],
    [time(), "2024-02-01 10:00", day + 36e5 * 10],
    [time({ dates: "day-first" }), "01/02/2024", day],
    [time({ dates: "day-first" }), "1.2.2024", day],
    [time({ dates: "day-first" }), "1.2.24 10:30", day + 36e5 * 10.5],
    [time({ dates: "day-first" }), "2024-02-01", day],
    [time({ dates: "month-first" }), "02/01/2024", day],
    [time({ dates: "month-first" }), "2/1/2024 1:05:06 PM", day + 36e5 * 13 + 306e3],
    [time({ dates: "month-first" }), "2/1/2024 12:00 am", day],
    [time({ dates: "day-first" }), "1/2/69", Date.UTC(1969, 1, 1)],
    [time(), day, day],
    [time(), new Date(day), day],
    [time(), String(day), day],
    [time({ digits: "seconds" }), day / 1000, day],
    [time({ digits: "seconds" }), String(day / 1000), day],
    [time({ digits: "yyyymmdd" }), 20240201, day],
    [time(), "NaT", null],
  ])("%j reads %j", (reading, raw, value) => {
    expect(readCell(reading, raw)).toBe(value);
  });
  test.each([
    [time(), "01/02/2024"],
    [time(), "2024-02-30"],
    [time({ dates: "day-first" }), "30/02/2024"],
    [time({ dates: "day-first" }), "02/28/2024"],
    [time({ dates: "month-first" }), "28/02/2024"],
    [time(), "2024-13-01"],
    [time(), "2024-02-01 25:00"],
    [time(), "Foo 1, 2024"],
    [time(), "soon"],
    [time(), "12345"],
    [time(), 1e300],
    [time(), new Date(Number.NaN)],
    [time({ digits: "yyyymmdd" }), 20240230],
  ])("%j does not read %j", (reading, raw) => {
    expect(readCell(reading, raw)).toBeUndefined();
  });
});

describe("categories and booleans", () => {
  test.each([
    [category, " Rome", "Rome"],
    [category, "New  York\u00a0", "New York"],
    [category, "New\u00a0York", "New York"],
    [category, 3, "3"],
    [category, true, "true"],
    [category, "  ", null],
    [category, "\ufeff", null],
    [{ ...category, missing: [] }, "NA", "NA"],
    [{ ...category, missing: [] }, "", null],
    [customaryReading("boolean"), "Yes", 1],
    [customaryReading("boolean"), "FALSE", 0],
    [customaryReading("boolean"), 1, 1],
    [customaryReading("text"), " a  b ", " a  b "],
  ])("%j reads %j", (reading, raw, value) => {
    expect(readCell(reading, raw)).toBe(value);
  });
  test.each([
    [category, 2 ** 53],
    [category, ["x"]],
    [customaryReading("boolean"), "perhaps"],
    [customaryReading("boolean"), 2],
  ])("%j does not read %j", (reading, raw) => {
    expect(readCell(reading, raw)).toBeUndefined();
  });
  test.each(["number", "timestamp", "boolean", "category", "text"] as const)(
    "a column of %s takes every customary spelling, blanks around it too, as missing",
    (type) => {
      for (const spelling of customaryMissing)
        for (const raw of [spelling, ` ${spelling}`, `${spelling}\t`, `\u00a0${spelling}`])
          expect([raw, readCell(customaryReading(type), raw)]).toEqual([raw, null]);
    },
  );
});

test("a bigint keeps its digits", () => {
  expect(readCell(category, 9007199254740993n)).toBe("9007199254740993");
  expect(readCell(number(), 12n)).toBe(12);
});

test("the plain numbers of a file are those of readCell, and no others", async () => {
  const duck = await openDuck();
  try {
    const text = fc.oneof(
      fc.stringMatching(/^ ?[+-]{0,2}\d{0,4}[._,]?\d{0,20}(e[+-]?\d{0,3})?\t?$/),
      fc.double().map(String),
      fc.constantFrom("inf", "-Infinity", "nan", "1_0", "+-5", "\u00a05", "5\n", "0b1", "1e400", "--1", "٣", "1e-400"),
      fc.string({ maxLength: 6 }),
    );
    const texts = fc.sample(text, { numRuns: 20_000, seed: 7 }).filter((one) => one !== "" && !one.includes("\0"));
    await duck.load("loaded", [{ sqlType: "VARCHAR", data: texts }]);
    const [cells] = await rawColumns(duck, ["c"], [undefined], [false], texts.length);
    const reading: ColumnReading = { type: "number", missing: [] };
    texts.forEach((one, i) => {
      const own = cells!.numbers![i]!;
      expect(cells!.texts!.words[cells!.texts!.codes[i]!]).toBe(Number.isNaN(own) ? one : "");
      if (!Number.isNaN(own)) expect([one, own]).toEqual([one, readCell(reading, one)]);
      else if (/^[+-]?(\d+\.?\d*|\.\d+)$/.test(one)) expect.fail(`${JSON.stringify(one)} is a plain number`);
    });
  } finally {
    duck.close();
  }
});
