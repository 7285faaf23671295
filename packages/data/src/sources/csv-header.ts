// The first line of a CSV file: its delimiter and the names of the columns.
import { DataError } from "../errors.ts";

export interface CsvHeader {
  readonly names: readonly string[];
  readonly delimiter: string;
  /** Empty lines ahead of the header. */
  readonly skip: number;
  /** Whether a quoted name holds a line end. */
  readonly spansLines: boolean;
  /** Numbers (from 1) of the columns that had no name and got one. */
  readonly unnamed: readonly number[];
}

const delimiters = [",", ";", "\t", "|"];

/** Reads the names. Throws `no-columns` where the text has no line with a mark on it. */
export function readHeader(path: string, head: string, given?: string): CsvHeader {
  const lead = /^(?:[ \t]*(?:\r\n|\n|\r))*/.exec(head)![0];
  const skip = lead === "" ? 0 : lead.split(/\r\n|\n|\r/).length - 1;
  const text = head.slice(lead.length);
  if (text.trim() === "")
    throw new DataError(
      "no-columns",
      `"${path}" holds no column: it is empty or has empty lines alone`,
      "Give a file whose first line has the names of its columns.",
    );
  const delimiter = given ?? delimiterOf(text);
  const unnamed: number[] = [];
  const fields = fieldsOf(text, delimiter);
  const names = fields.map((field, i) => {
    if (field.trim() !== "") return field.trim();
    unnamed.push(i + 1);
    return `column_${i + 1}`;
  });
  return { names, delimiter, skip, spansLines: fields.some((field) => /[\r\n]/.test(field)), unnamed };
}

/** The candidate that stands most often in the first line, outside quotes. */
function delimiterOf(text: string): string {
  const line = (/^(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(text)?.[0] ?? "").replace(/"(?:[^"]|"")*"/g, "");
  let best = { delimiter: ",", count: 0 };
  for (const delimiter of delimiters) {
    const count = line.split(delimiter).length - 1;
    if (count > best.count) best = { delimiter, count };
  }
  return best.delimiter;
}

/** The fields of the first record (RFC 4180: a quoted field may hold delimiters, doubled quotes and line ends). */
function fieldsOf(text: string, delimiter: string): string[] {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    let field = "";
    if (text[at] === '"') {
      for (at++; at < text.length; at++) {
        if (text[at] === '"' && text[++at] !== '"') break;
        field += text[at];
      }
    }
    for (; at < text.length && text[at] !== delimiter && text[at] !== "\n" && text[at] !== "\r"; at++)
      field += text[at];
    fields.push(field);
    if (text[at] !== delimiter) return fields;
    at++;
  }
}

const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * Whether the first line looks like a row of values. `occurs(i)` tells whether the i-th field comes again as a value
 * of its own column. Names may be whole numbers (sensors, years), so numbers alone prove nothing: a fraction does, a
 * repeated number does, and so does a word of a partly numeric line, or every word of the line, that is a value too.
 */
export async function looksLikeValues(
  names: readonly string[],
  occurs: (columns: readonly number[]) => Promise<boolean[]>,
): Promise<boolean> {
  const numbers = names.filter((name) => number.test(name));
  if (numbers.some((name) => !/^[+-]?\d+$/.test(name)) || new Set(numbers).size < numbers.length) return true;
  const words = names.flatMap((name, i) => (number.test(name) ? [] : [i]));
  if (words.length === 0) return false;
  const found = await occurs(words);
  return numbers.length > 0 ? found.some(Boolean) : found.every(Boolean);
}

/** Throws `no-header`. */
export function refuseHeader(path: string, names: readonly string[]): never {
  throw new DataError(
    "no-header",
    `the first line of "${path}" holds values, not column names: ${names.slice(0, 6).join(", ")}`,
    "Add a first line with a name for each column.",
  );
}
