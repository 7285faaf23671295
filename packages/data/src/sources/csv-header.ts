// The first line of a CSV file: its delimiter and the names of the columns.
import { DataError } from "../errors.ts";

export interface CsvHeader {
  readonly names: readonly string[];
  readonly delimiter: string;
  /** Lines ahead of the header: empty ones, and the line `sep=;` by which Excel names the separator. */
  readonly skip: number;
  /** Lines up to the header, itself among them, that are not empty. */
  readonly ahead: number;
  /** Whether a quoted name holds a line end. */
  readonly spansLines: boolean;
  /** Numbers (from 1) of the columns that had no name and got one. */
  readonly unnamed: readonly number[];
}

const delimiters = [",", ";", "\t", "|"];

/** Reads the names. Throws `no-columns` where the text has no line with a mark on it. */
export function readHeader(path: string, head: string, given?: string): CsvHeader {
  const named = separatorLine.exec(head);
  const rest = named === null ? head : head.slice(named[0].length);
  const lead = /^(?:[ \t]*(?:\r\n|\n|\r))*/.exec(rest)![0];
  const skip = linesOf(named?.[0] ?? "") + linesOf(lead);
  const text = rest.slice(lead.length);
  if (text.trim() === "")
    throw new DataError(
      "no-columns",
      `"${path}" holds no column: it is empty or has empty lines alone`,
      "Give a file whose first line has the names of its columns.",
    );
  const delimiter = given ?? named?.[1] ?? delimiterOf(text);
  const unnamed: number[] = [];
  const fields = fieldsOf(text, delimiter);
  const names = fields.map((field, i) => {
    if (field.trim() !== "") return field.trim();
    unnamed.push(i + 1);
    return `column_${i + 1}`;
  });
  return {
    names,
    delimiter,
    skip,
    ahead: named === null ? 1 : 2,
    spansLines: fields.some((field) => /[\r\n]/.test(field)),
    unnamed,
  };
}

export function namingNotes({ unnamed }: CsvHeader): string[] {
  return unnamed.map((i) => `column ${i} has no name in the header and is called "column_${i}"`);
}

/** What Excel writes and reads ahead of the header; saved again, it has the separators of the empty cells behind. */
const separatorLine = /^(?:[ \t]*(?:\r\n|\n|\r))*"?sep=([^\r\n"])"?\1*[ \t]*(?:\r\n|\n|\r)/i;

const linesOf = (text: string): number => text.split(/\r\n|\n|\r/).length - 1;

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
 * Whether the first line looks like a row of values. `occurs` tells whether the i-th field comes again as a value
 * of its own column. Names may be whole numbers (sensors, years), so numbers alone prove nothing: a fraction does, a
 * repeated number does, and so does a word of a partly numeric line, or every word of the line, that is a value too.
 */
export function looksLikeValues(names: readonly string[], occurs: (columns: readonly number[]) => boolean[]): boolean {
  const numbers = names.filter((name) => number.test(name));
  if (numbers.some((name) => !/^[+-]?\d+$/.test(name)) || new Set(numbers).size < numbers.length) return true;
  const words = names.flatMap((name, i) => (number.test(name) ? [] : [i]));
  if (words.length === 0) return false;
  const found = occurs(words);
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
