// Numbers as people write them: decimal commas, thousands, currencies, per cent, brackets for losses.
import type { ColumnReading, DecimalMark, ThousandsMark } from "./column-reading.ts";

/** A number that needs no reading: digits, a decimal point, an exponent. */
const plain = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Whether the text (without outer blanks) is a number in every programming language. */
export function isPlainNumber(text: string): boolean {
  return plain.test(text);
}

/** Whether the text is a number that no double holds: inf, 1e999. */
export function isInfinite(text: string): boolean {
  return /^[+-]?inf(?:inity)?$/i.test(text) || (plain.test(text) && !Number.isFinite(Number(text)));
}

export interface NumberFormat {
  readonly decimal: DecimalMark;
  readonly thousands: ThousandsMark;
}

const marks: Readonly<Record<Exclude<ThousandsMark, "none">, string>> = {
  comma: ",",
  point: "\\.",
  blank: "[ \\u00a0\\u2009\\u202f]",
  apostrophe: "['\\u2019]",
};

interface Matcher extends NumberFormat {
  readonly form: RegExp;
  readonly group: RegExp | undefined;
}

function matcher(decimal: DecimalMark, thousands: ThousandsMark): Matcher {
  const point = decimal === "point" ? "\\." : ",";
  const tail = `(?:${point}\\d*)?(?:[eE][+-]?\\d+)?`;
  const ungrouped = `\\d+${tail}|${point}\\d+(?:[eE][+-]?\\d+)?`;
  if (thousands === "none") return { decimal, thousands, form: new RegExp(`^(?:${ungrouped})$`), group: undefined };
  const mark = marks[thousands];
  // Groups of three; of two ahead of the last in India.
  const grouped = `\\d{1,3}(?:${mark}\\d{2,3})*${mark}\\d{3}(?:${point}\\d*)?`;
  return { decimal, thousands, form: new RegExp(`^(?:${grouped}|${ungrouped})$`), group: new RegExp(mark, "g") };
}

/** Every format that is told apart, the customary first. */
export const numberFormats: readonly Matcher[] = [
  matcher("point", "none"),
  matcher("point", "comma"),
  matcher("comma", "none"),
  matcher("comma", "point"),
  matcher("point", "blank"),
  matcher("comma", "blank"),
  matcher("point", "apostrophe"),
  matcher("comma", "apostrophe"),
];

/** The parts of a number's text around its digits. */
export interface NumberParts {
  /** Digits and marks, without a sign. */
  readonly digits: string;
  readonly negative: boolean;
  readonly currency: string | undefined;
  readonly percent: boolean;
}

const codes = "USD|EUR|GBP|CHF|JPY|CNY|INR|AUD|CAD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|RON|BRL|MXN|ZAR|TRY|RUB|KRW|SGD|HKD|ILS";
const currencyMark = `(?:[A-Z]{0,3}\\p{Sc}|${codes}|kr\\.?|zł|Kč|Ft|Fr\\.?)`;
const before = new RegExp(`^(${currencyMark})\\s*`, "u");
const after = new RegExp(`\\s*(${currencyMark})$`, "u");

/** Takes the text (without outer blanks) apart; undefined where no digit is among it, which saves most words a look. */
export function numberParts(text: string): NumberParts | undefined {
  if (text.length > 60 || !/\d/.test(text)) return undefined;
  let rest = text.replaceAll("\u2212", "-");
  let negative = false;
  const bracketed = /^\((.*)\)$/.exec(rest);
  if (bracketed !== null) {
    rest = bracketed[1]!.trim();
    negative = true;
  }
  let signed = bracketed !== null;
  const takeSign = (): void => {
    if (signed || !/^[+-]/.test(rest)) return;
    negative = rest.startsWith("-");
    signed = true;
    rest = rest.slice(1).trimStart();
  };
  takeSign();
  const percent = /\s*%$/.test(rest);
  if (percent) rest = rest.replace(/\s*%$/, "");
  const found = before.exec(rest) ?? after.exec(rest);
  if (found !== null) {
    rest = found.index === 0 ? rest.slice(found[0].length) : rest.slice(0, found.index);
    takeSign();
  }
  return { digits: rest, negative, currency: found?.[1], percent };
}

/** The number that the digits are in a format; undefined where they are none, or none that is finite. */
export function digitsValue(parts: NumberParts, { form, group, decimal }: Matcher): number | undefined {
  if (!form.test(parts.digits)) return undefined;
  let digits = group === undefined ? parts.digits : parts.digits.replaceAll(group, "");
  if (decimal === "comma") digits = digits.replace(",", ".");
  const value = Number(digits);
  if (!Number.isFinite(value)) return undefined;
  return parts.negative ? -value : value;
}

/** Reads the texts (without outer blanks) of a column of numbers; undefined where one is none. */
export function numberReader(reading: ColumnReading): (text: string) => number | undefined {
  const { decimal = "point", thousands = "none", currency = [], percent = false } = reading;
  const format =
    numberFormats.find((one) => one.decimal === decimal && one.thousands === thousands) ?? matcher(decimal, thousands);
  const pointed = decimal === "point";
  return (text) => {
    if (pointed && plain.test(text)) {
      const value = Number(text);
      return Number.isFinite(value) ? value : undefined;
    }
    const parts = numberParts(text);
    if (parts === undefined || (parts.percent && !percent)) return undefined;
    if (parts.currency !== undefined && !currency.includes(parts.currency)) return undefined;
    return digitsValue(parts, format);
  };
}

/** The spellings of a missing value that are numbers, in a column of numbers: -999 is -999.0 too. */
export function numberMarkers({ type, missing }: ColumnReading): number[] {
  if (type !== "number") return [];
  return missing
    .map((spelling) => spelling.trim())
    .filter(isPlainNumber)
    .map(Number);
}
