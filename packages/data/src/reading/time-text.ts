// Times as people write them: ISO 8601, dates of digits in three orders, dates with the month's name.
import { parseTime } from "../time.ts";
import type { ColumnReading, DateDigits, DateOrder } from "./column-reading.ts";

/** Latest time that a Date can hold, in ms either way. */
const latest = 8.64e15;

const clock = "(\\d{1,2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d{1,9}))?)?\\s*([ap]\\.?m\\.?)?";
const zone = "\\s*(Z|UTC|GMT|[+-]\\d{2}(?::?\\d{2})?)?(?:\\s*\\((?:UTC|GMT)\\))?";
const time = `(?:(?:,?\\s+|T)${clock}${zone})?`;
const day = "(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\\.?,?\\s+)?";
const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const fullMonths = ["january", "february", "march", "april", "june", "july", "august", "september"].concat([
  "october",
  "november",
  "december",
]);
const month = `(${[...fullMonths, "sept", ...months].join("|")})\\.?`;

const yearFirst = new RegExp(`^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})${time}$`, "i");
const numeric = new RegExp(`^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4}|\\d{2})${time}$`, "i");
const dayNamed = new RegExp(`^${day}(\\d{1,2})(?:st|nd|rd|th|\\.)?[\\s-]+${month}[\\s,-]+(\\d{4}|\\d{2})${time}$`, "i");
const namedDay = new RegExp(`^${day}${month}[\\s-]+(\\d{1,2})(?:st|nd|rd|th)?,?[\\s-]+(\\d{4})${time}$`, "i");

type Clock = readonly (string | undefined)[];

/** What a text of digits and one mark between them says, whichever of the first two is the day. */
export interface NumericDate {
  readonly first: number;
  readonly second: number;
  readonly mark: string;
}

/** The first two numbers of a date such as 28/2/2024; undefined where the text is no such date. */
export function numericDate(text: string): NumericDate | undefined {
  const parts = numeric.exec(text);
  return parts === null ? undefined : { first: Number(parts[1]), second: Number(parts[3]), mark: parts[2]! };
}

/**
 * Milliseconds since 1970 (UTC) of a text without outer blanks; undefined where it is no time. Without an offset it is
 * UTC. A year of two digits lies between 1969 and 2068 (POSIX `strptime`).
 */
export function textTime(text: string, order: DateOrder): number | undefined {
  const iso = parseTime(text);
  if (!Number.isNaN(iso)) return Math.abs(iso) <= latest ? iso : undefined;
  if (text.length < 6 || text.length > 50 || !/\d/.test(text)) return undefined;
  let parts = yearFirst.exec(text);
  if (parts !== null) return instant(parts[1]!, Number(parts[3]), Number(parts[4]), parts.slice(5));
  parts = order === "year-first" ? null : numeric.exec(text);
  if (parts !== null) {
    const [a, b] = [Number(parts[1]), Number(parts[3])];
    return instant(parts[4]!, order === "day-first" ? b : a, order === "day-first" ? a : b, parts.slice(5));
  }
  parts = dayNamed.exec(text);
  if (parts !== null) return instant(parts[3]!, monthNumber(parts[2]!), Number(parts[1]), parts.slice(4));
  parts = namedDay.exec(text);
  if (parts !== null) return instant(parts[3]!, monthNumber(parts[1]!), Number(parts[2]), parts.slice(4));
  return undefined;
}

const monthNumber = (name: string): number => months.indexOf(name.toLowerCase().slice(0, 3)) + 1;

function instant(year: string, month: number, day: number, [h, m, s, fraction, half, zone]: Clock): number | undefined {
  let hour = Number(h ?? 0);
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return undefined;
    hour = (hour % 12) + (half.toLowerCase().startsWith("p") ? 12 : 0);
  }
  const two = (value: number): string => String(value).padStart(2, "0");
  const full = year.length === 2 ? (Number(year) < 69 ? `20${year}` : `19${year}`) : year;
  const offset = zone === undefined || /^[A-Z]+$/i.test(zone) ? "Z" : zone;
  const tail = h === undefined ? "" : `T${two(hour)}:${m}:${s ?? "00"}.${fraction ?? "0"}${offset}`;
  const ms = parseTime(`${full}-${two(month)}-${two(day)}${tail}`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** The time that a number is; undefined where it is none. */
export function numberTime(value: number, digits: DateDigits): number | undefined {
  if (digits === "yyyymmdd") return digitsTime(String(value), digits);
  const ms = digits === "seconds" ? value * 1000 : value;
  return Math.abs(ms) <= latest ? Math.trunc(ms) : undefined;
}

/** The time that a text of digits alone is: milliseconds from 1970-04 on, where nothing else is known. */
function digitsTime(text: string, digits: DateDigits | undefined): number | undefined {
  if (digits === "yyyymmdd") {
    const parts = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
    return parts === null ? undefined : instant(parts[1]!, Number(parts[2]), Number(parts[3]), []);
  }
  if (digits === undefined && text.length < 11) return undefined;
  return numberTime(Number(text), digits ?? "milliseconds");
}

/** Reads the texts (without outer blanks) of a column of times; undefined where one is none. */
export function timeReader({ dates = "year-first", digits }: ColumnReading): (text: string) => number | undefined {
  return (text) => (/^-?\d+$/.test(text) ? digitsTime(text, digits) : textTime(text, dates));
}
