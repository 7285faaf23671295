// One pass over the texts of a column: its plain numbers as figures, the other texts, and what is counted of both.
import { inlineBytes, type TextChunk } from "../duck.ts";
import { trimmed } from "../reading/blanks.ts";
import { isPlainNumber } from "../reading/number-text.ts";
import { noPlainNumbers, type PlainNumbers } from "../reading/raw-column.ts";
import type { CodedTexts } from "./coded-texts.ts";
import { differentCounter, hashText, hashWords } from "./different-texts.ts";
import { plainBytes } from "./plain-bytes.ts";

export interface Scanned {
  readonly plain: PlainNumbers;
  /** Every text that is no plain number, as it stands, and in how many cells; in order of appearance. */
  readonly others: ReadonlyMap<string, number>;
  /** The plain numbers, NaN elsewhere; undefined where there is none. */
  readonly numbers: Float64Array | undefined;
  /** The others, "" elsewhere; undefined where there is none. */
  readonly texts: CodedTexts | undefined;
  /** Whether a text ends in ".0". */
  readonly pointZero: boolean;
  /** Every text, where they are kept. */
  readonly raw?: readonly string[];
}

export interface TextScan {
  add(chunk: TextChunk, firstRow: number): void;
  done(): Scanned;
}

/** @param keep whether every text is kept, and different numbers are counted exactly */
export function textScan(rowCount: number, keep: boolean): TextScan {
  const short = shortTexts();
  const words = [""];
  const places = new Map<string, number>();
  const counts = [0];
  const raw = keep ? new Array<string>(rowCount).fill("") : undefined;
  const exact = keep ? new Set<string>() : undefined;
  const about = { ...noPlainNumbers } as { -readonly [K in keyof PlainNumbers]: number };
  const lengths: number[] = [];
  let different: ReturnType<typeof differentCounter> | undefined;
  let numbers: Float64Array | undefined;
  let codes: Int32Array | undefined;
  let pointZero = false;

  const number = (row: number, value: number, length: number): void => {
    numbers ??= new Float64Array(rowCount).fill(Number.NaN);
    numbers[row] = value;
    about.count++;
    lengths[length] = (lengths[length] ?? 0) + 1;
  };
  const longNumber = (row: number, text: string, value: number): void => {
    number(row, value, text.length);
    if (exact === undefined) {
      different ??= differentCounter(rowCount);
      different.add(hashText(text));
    } else exact.add(text);
    if (text.includes(".")) {
      about.pointed++;
      pointZero ||= text.endsWith(".0");
      if (text.length >= 5 && text.length <= 8 && text.at(-4) === "." && !text.startsWith("0")) about.grouped++;
    } else if (/^0\d/.test(text)) about.leadingZeros++;
    if (text.length > 15 && /^[+-]?\d+$/.test(text) && !Number.isSafeInteger(value)) about.wide++;
  };
  const other = (row: number, text: string): number => {
    let code = places.get(text);
    if (code === undefined) {
      code = words.push(text) - 1;
      places.set(text, code);
      counts.push(0);
      pointZero ||= text.endsWith(".0");
    }
    again(row, code);
    return code;
  };
  const again = (row: number, code: number): void => {
    codes ??= new Int32Array(rowCount);
    codes[row] = code;
    counts[code]!++;
  };
  /** The text's code where it is no number. */
  const anyText = (row: number, text: string): number | undefined => {
    const value = plainValue(text);
    if (value === undefined) return other(row, text);
    longNumber(row, text, value);
    return undefined;
  };

  return {
    add({ rows, valid, bytes, words: cells, text }, firstRow) {
      for (let i = 0; i < rows; i++) {
        if (valid !== undefined && ((valid[i >> 3]! >> (i & 7)) & 1) === 0) continue;
        const length = cells[4 * i]!;
        if (length === 0) continue;
        const row = firstRow + i;
        if (length > inlineBytes) {
          const long = text(i);
          if (raw !== undefined) raw[row] = long;
          anyText(row, long);
          continue;
        }
        const at = 16 * i + 4;
        const first = bytes[at]!;
        const value = first >= 43 && first <= 57 ? plainBytes(bytes, at, length) : Number.NaN;
        const isNumber = !Number.isNaN(value);
        if (isNumber && exact === undefined) {
          number(row, value, length);
          different ??= differentCounter(rowCount);
          different.add(hashWords(cells[4 * i + 1]!, cells[4 * i + 2]!, cells[4 * i + 3]!));
          if (hasPoint(bytes, at, length)) {
            about.pointed++;
            pointZero ||= bytes[at + length - 1] === 48 && bytes[at + length - 2] === 46;
            if (length >= 5 && length <= 8 && bytes[at + length - 4] === 46 && first !== 48) about.grouped++;
          } else if (first === 48 && length > 1) about.leadingZeros++;
          continue;
        }
        const known = short.find(length, cells, 4 * i);
        const cell = known === undefined ? text(i) : words[known]!;
        if (raw !== undefined) raw[row] = cell;
        if (isNumber) longNumber(row, cell, value);
        else if (known !== undefined) again(row, known);
        else {
          const code = anyText(row, cell);
          if (code !== undefined) short.add(code, length, cells, 4 * i);
        }
      }
    },
    done() {
      const others = new Map(words.slice(1).map((text, i) => [text, counts[i + 1]!]));
      const texts = codes === undefined ? undefined : { codes, words, counts };
      const kept = raw === undefined ? {} : { raw };
      if (about.count === 0) return { plain: noPlainNumbers, others, numbers, texts, pointZero, ...kept };
      const widths = lengths.flatMap((count, length) => (count > 0 ? [length] : []));
      about.shortest = widths[0]!;
      about.longest = widths.at(-1)!;
      about.sameLength = lengths.reduce((most, count) => Math.max(most, count), 0);
      about.different = exact?.size ?? different!.estimate(about.count);
      return { plain: about, others, numbers, texts, pointZero, ...kept };
    },
  };
}

function hasPoint(bytes: Uint8Array, at: number, length: number): boolean {
  for (let i = at + length - 1; i >= at; i--) if (bytes[i] === 46) return true;
  return false;
}

/** The number of a text that is one in every language, with outer blanks but no no-break space; undefined for others. */
export function plainValue(text: string): number | undefined {
  const inner = trimmed(text);
  if (!isPlainNumber(inner) || text.includes("\u00a0")) return undefined;
  const value = Number(inner);
  return Number.isFinite(value) ? value : undefined;
}

/** Slots of the table of short texts; two thirds of them at most are taken. */
const slots = 2 ** 15;

/**
 * Codes of short texts that are no numbers, by their bytes: most columns of words repeat theirs, and a string is made
 * of each once.
 */
function shortTexts(): {
  find(length: number, cells: Int32Array, at: number): number | undefined;
  add(code: number, length: number, cells: Int32Array, at: number): void;
} {
  // Four words a slot: 16 times the code, plus the text's length; and the text's bytes.
  let keys: Int32Array | undefined;
  let taken = 0;
  /** The slot that holds the text, or the free one where it would stand. */
  const slotOf = (table: Int32Array, length: number, cells: Int32Array, at: number): number => {
    const a = cells[at + 1]!;
    const b = cells[at + 2]!;
    const c = cells[at + 3]!;
    let slot = 4 * (hashWords(a, b, c) & (slots - 1));
    for (; table[slot] !== 0; slot = (slot + 4) & (4 * slots - 1))
      if ((table[slot]! & 15) === length && table[slot + 1] === a && table[slot + 2] === b && table[slot + 3] === c)
        break;
    return slot;
  };
  return {
    find(length, cells, at) {
      if (keys === undefined) return undefined;
      const head = keys[slotOf(keys, length, cells, at)]!;
      return head === 0 ? undefined : head >> 4;
    },
    add(code, length, cells, at) {
      // A code of more than 27 bits does not stand in a slot.
      if (taken > (2 / 3) * slots || code >= 2 ** 27) return;
      keys ??= new Int32Array(4 * slots);
      const slot = slotOf(keys, length, cells, at);
      taken++;
      keys.set([code * 16 + length, cells[at + 1]!, cells[at + 2]!, cells[at + 3]!], slot);
    },
  };
}
