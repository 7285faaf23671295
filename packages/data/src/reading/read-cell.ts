// What one raw value is: the one function that files, requests and rows in memory are read by.
import { trimmed, withPlainBlanks } from "./blanks.ts";
import type { ColumnReading } from "./column-reading.ts";
import { numberMarkers, numberReader } from "./number-text.ts";
import { numberTime, timeReader } from "./time-text.ts";

/**
 * A number (times in ms since 1970 UTC, booleans as 0 and 1) or a string, as the column's type has it; null where the
 * value is missing; undefined where it is there and cannot be read.
 */
export type Cell = number | string | null | undefined;
export type CellReader = (raw: unknown) => Cell;

const readers = new WeakMap<ColumnReading, CellReader>();

/** Reads one raw value: a text, or what JSON and JavaScript have for it. Pure, and safe in a browser. */
export function readCell(reading: ColumnReading, raw: unknown): Cell {
  let reader = readers.get(reading);
  if (reader === undefined) {
    reader = cellReader(reading);
    readers.set(reading, reader);
  }
  return reader(raw);
}

/** `readCell` of one reading, made ready for many values. */
export function cellReader(reading: ColumnReading): CellReader {
  const missing = new Set(reading.missing.map(withPlainBlanks));
  const kind = kinds[reading.type](reading);
  const numbers = new Set(numberMarkers(reading));
  const present = (cell: Cell): Cell => (typeof cell === "number" && numbers.has(cell) ? null : cell);
  return (raw) => {
    if (typeof raw === "string") {
      const text = kind.verbatim === true ? trimmed(raw) : withPlainBlanks(raw);
      if (text === "" || missing.has(text)) return null;
      return present(kind.text(kind.verbatim === true ? raw : text));
    }
    if (raw === null || raw === undefined) return null;
    if (typeof raw === "number") {
      if (Number.isNaN(raw)) return null;
      if (kind.strings && missing.has(String(raw))) return null;
      return present(kind.number(raw));
    }
    if (typeof raw === "boolean") return kind.boolean(raw);
    if (typeof raw === "bigint") return present(kind.strings ? kind.text(String(raw)) : kind.number(Number(raw)));
    return raw instanceof Date ? kind.date(raw.getTime()) : undefined;
  };
}

/** What each type of column takes a text (without outer blanks), a number that is none of NaN, and so on, for. */
interface Kind {
  readonly text: (text: string) => Cell;
  readonly number: (value: number) => Cell;
  readonly boolean: (value: boolean) => Cell;
  /** Milliseconds; NaN for an invalid date. */
  readonly date: (ms: number) => Cell;
  readonly strings: boolean;
  /** Whether a text keeps its blanks. */
  readonly verbatim?: true;
}

const none = (): undefined => undefined;

const strings: Kind = {
  text: (text) => text,
  // A whole number beyond 2^53 has lost digits before it came here.
  number: (value) =>
    Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
      ? String(value === 0 ? 0 : value)
      : undefined,
  boolean: String,
  date: (ms) => (Number.isNaN(ms) ? undefined : new Date(ms).toISOString()),
  strings: true,
};

const truths: ReadonlyMap<string, number> = new Map([
  ...["true", "t", "yes", "y", "1", "on"].map((word) => [word, 1] as const),
  ...["false", "f", "no", "n", "0", "off"].map((word) => [word, 0] as const),
]);

const kinds: Readonly<Record<ColumnReading["type"], (reading: ColumnReading) => Kind>> = {
  number: (reading) => ({
    text: numberReader(reading),
    number: (value) => (Number.isFinite(value) ? value : undefined),
    boolean: none,
    date: none,
    strings: false,
  }),
  boolean: () => ({
    text: (text) => truths.get(text.toLowerCase()),
    number: (value) => (value === 0 || value === 1 ? value : undefined),
    boolean: Number,
    date: none,
    strings: false,
  }),
  timestamp: (reading) => ({
    text: timeReader(reading),
    number: (value) => numberTime(value, reading.digits ?? "milliseconds"),
    boolean: none,
    date: (ms) => (Number.isNaN(ms) ? undefined : ms),
    strings: false,
  }),
  category: () => strings,
  text: () => ({ ...strings, verbatim: true }),
};

/** The form that a column's values have, for messages: "a number". */
export function wantedForm(reading: ColumnReading): string {
  const { type, decimal = "point", thousands = "none", dates = "year-first", digits } = reading;
  if (type === "boolean") return "true or false";
  if (type === "category" || type === "text") return "a string";
  if (type === "timestamp") {
    if (digits === "seconds") return "a time as seconds since 1970";
    if (digits === "yyyymmdd") return "a date as 20240228";
    if (dates === "year-first") return "a time in ISO 8601 such as 2024-02-28";
    return `a date, ${dates === "day-first" ? "day first, such as 28/02/2024" : "month first, such as 02/28/2024"}`;
  }
  if (decimal === "point" && thousands === "none") return "a number";
  const point = decimal === "point" ? "." : ",";
  const mark = { none: "", comma: ",", point: ".", blank: " ", apostrophe: "'" }[thousands];
  return `a number with a decimal ${decimal} such as 1${mark}234${point}5`;
}
