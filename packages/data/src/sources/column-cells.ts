// A column's cells, from a file's bytes: plain numbers as figures, all else by codes, and what is counted of both.
import { noPlainNumbers, type PlainNumbers } from "../reading/raw-column.ts";
import { ByteWords } from "./byte-words.ts";
import { type CodedTexts, wordCounts } from "./coded-texts.ts";
import { type CsvText, fieldText } from "./csv-text.ts";
import { plainValue } from "./text-scan.ts";

/** 10^0 to 10^15: doubles hold them. */
export const powers: Float64Array = Float64Array.from({ length: 16 }, (_, i) => 10 ** i);

/** Digits of a whole number that a double holds, whatever they are. */
const safeDigits = 15;
/** Where the lengths of numbers with a point begin among those of short numbers. */
export const pointedLengths = 16;
/** A longer text with an exponent is looked at as any other. */
const longNumber = 64;

export interface ReadCells {
  readonly plain: Omit<PlainNumbers, "different">;
  /** Every text that is no plain number, and in how many cells. */
  readonly others: ReadonlyMap<string, number>;
  readonly numbers: Float64Array | undefined;
  readonly texts: CodedTexts | undefined;
}

/** Cells as they come, each row at most once. */
export class ColumnCells {
  /** By row, NaN where none stands. Undefined before the first number. */
  numbers: Float64Array | undefined;
  /** Cells with a number of nine digits at most, by the length of their text; behind `pointedLengths` those with a point. */
  readonly shortLengths: Int32Array = new Int32Array(2 * pointedLengths);
  /** Whether a field that begins with a digit is looked up among the words at once; it may be a number nevertheless. */
  wordsFirst = false;
  /** Fields that began as numbers do and were none. */
  turned = 0;
  /** As `PlainNumbers` has them, of numbers of nine digits at most. */
  grouped = 0;
  leadingZeros = 0;
  readonly #bytes: Buffer;
  readonly #words: ByteWords;
  #capacity: number;
  #codes: Int32Array | undefined;
  readonly #long = { ...noPlainNumbers } as { -readonly [K in keyof PlainNumbers]: number };
  readonly #longLengths: number[] = [];

  /** @param rows how many are expected */
  constructor({ bytes, view }: CsvText, rows: number) {
    this.#bytes = bytes;
    this.#words = new ByteWords(bytes, view);
    this.#capacity = rows;
  }

  /** `numbers`, made at the first call. */
  figures(): Float64Array {
    this.numbers ??= new Float64Array(this.#capacity).fill(Number.NaN);
    return this.numbers;
  }

  /** A field of digits, with a sign and a point or without: `digits` of them, of which `places` stand behind the point. */
  longNumber(row: number, from: number, to: number, digits: number, places: number): void {
    if (digits > safeDigits) {
      this.numberText(row, from, to);
      return;
    }
    const bytes = this.#bytes;
    let whole = 0;
    for (let at = from; at < to; at++) {
      const digit = bytes[at]! - 48;
      if (digit >>> 0 <= 9) whole = whole * 10 + digit;
    }
    const value = places < 0 ? whole : whole / powers[places]!;
    this.figures()[row] = bytes[from] === 45 ? -value : value;
    const long = this.#long;
    long.count++;
    if (places >= 0) {
      long.pointed++;
      // A short number that stands in quotes.
      if (places === 3 && to - from >= 5 && to - from <= 8 && bytes[from] !== 48) long.grouped++;
    } else if (bytes[from] === 48 && to - from > 1) long.leadingZeros++;
    this.#longLengths[to - from] = (this.#longLengths[to - from] ?? 0) + 1;
  }

  /** A field that may be a number of many digits or with an exponent. */
  numberText(row: number, from: number, to: number): void {
    if (to - from <= longNumber) {
      // What is a number is ASCII, and other bytes are none in Latin-1 either.
      const text = this.#bytes.toString("latin1", from, to);
      const value = plainValue(text);
      if (value !== undefined) {
        this.figures()[row] = value;
        this.#count(text, value, 1);
        return;
      }
    }
    this.word(row, from, to);
  }

  /** Any other field that is not empty; its places are complements where doubled quotes stand in it. */
  word(row: number, from: number, to: number): void {
    this.#codes ??= new Int32Array(this.#capacity);
    this.#codes[row] =
      from < 0 ? this.#words.codeOfQuoted(fieldText(this.#bytes, from, to)) : this.#words.codeOf(from, to - from);
  }

  /** A field that begins at `from` and is not empty; where it ends. */
  wordAt(row: number, from: number, separator: number, special: Uint8Array): number {
    const end = this.#words.read(from, separator, special);
    this.#codes ??= new Int32Array(this.#capacity);
    this.#codes[row] = this.#words.found;
    return end;
  }

  /** Before a block of rows: makes room for so many in all. */
  reserve(rows: number): void {
    if (this.turned > 1000) this.wordsFirst = true;
    this.turned = 0;
    if (rows <= this.#capacity) return;
    this.#capacity = Math.max(rows, Math.ceil(1.3 * this.#capacity));
    if (this.numbers !== undefined) {
      const numbers = new Float64Array(this.#capacity).fill(Number.NaN, this.numbers.length);
      numbers.set(this.numbers);
      this.numbers = numbers;
    }
    if (this.#codes !== undefined) {
      const codes = new Int32Array(this.#capacity);
      codes.set(this.#codes);
      this.#codes = codes;
    }
  }

  done(rowCount: number): ReadCells {
    const texts = this.#words.texts();
    let codes = this.#codes?.subarray(0, rowCount);
    const counts = codes === undefined ? undefined : wordCounts({ codes, words: texts });
    const others = new Map<string, number>();
    /** By code: its place among the texts that are no numbers. */
    const renumbered = new Int32Array(texts.length);
    const values = new Map<number, number>();
    const words = [""];
    for (let code = 1; code < texts.length; code++) {
      const text = texts[code]!;
      const value = plainValue(text);
      const cells = counts![code]!;
      if (value === undefined) {
        others.set(text, cells);
        renumbered[code] = words.push(text) - 1;
      } else {
        values.set(code, value);
        this.#count(text, value, cells);
      }
    }
    if (codes !== undefined && values.size > 0) {
      const numbers = this.figures();
      for (let row = 0; row < rowCount; row++) {
        const code = codes[row]!;
        if (code === 0) continue;
        const value = values.get(code);
        if (value !== undefined) numbers[row] = value;
        codes[row] = renumbered[code]!;
      }
      if (words.length === 1) codes = undefined;
    }
    return {
      plain: this.#plain(),
      others,
      numbers: this.numbers === undefined ? undefined : withoutTail(this.numbers, rowCount),
      texts: codes === undefined ? undefined : { codes, words },
    };
  }

  #plain(): PlainNumbers {
    const long = this.#long;
    const lengths = this.#longLengths;
    let count = 0;
    let pointed = 0;
    for (const [at, cells] of this.shortLengths.entries()) {
      if (cells === 0) continue;
      count += cells;
      if (at >= pointedLengths) pointed += cells;
      const length = at % pointedLengths;
      lengths[length] = (lengths[length] ?? 0) + cells;
    }
    if (count + long.count === 0) return noPlainNumbers;
    const widths = lengths.flatMap((cells, length) => (cells > 0 ? [length] : []));
    return {
      ...long,
      count: count + long.count,
      pointed: pointed + long.pointed,
      grouped: this.grouped + long.grouped,
      leadingZeros: this.leadingZeros + long.leadingZeros,
      shortest: widths[0]!,
      longest: widths.at(-1)!,
      sameLength: lengths.reduce((most, cells) => Math.max(most, cells), 0),
    };
  }

  #count(text: string, value: number, cells: number): void {
    const long = this.#long;
    long.count += cells;
    this.#longLengths[text.length] = (this.#longLengths[text.length] ?? 0) + cells;
    if (text.includes(".")) {
      long.pointed += cells;
      if (text.length >= 5 && text.length <= 8 && text.at(-4) === "." && !text.startsWith("0")) long.grouped += cells;
    } else if (/^0\d/.test(text)) long.leadingZeros += cells;
    if (text.length > 15 && /^[+-]?\d+$/.test(text) && !Number.isSafeInteger(value)) long.wide += cells;
  }
}

/** The rows alone. Touching new memory costs more than reading the cells did, so a little is left rather than copied. */
function withoutTail(numbers: Float64Array, rows: number): Float64Array {
  return numbers.length > 1.2 * rows ? numbers.slice(0, rows) : numbers.subarray(0, rows);
}
