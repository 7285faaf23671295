// A column's cells, from a file's bytes: plain numbers as figures, all else by codes, and what is counted of both.
import { noPlainNumbers, type PlainNumbers } from "../reading/raw-column.ts";
import type { CodedTexts } from "./coded-texts.ts";
import { ColumnTexts } from "./column-texts.ts";
import { type CsvMemory, numberLengths } from "./csv-memory.ts";
import type { Block } from "./csv-text.ts";
import type { Ends } from "./raw-columns.ts";
import { plainValue } from "./text-scan.ts";

export interface ReadCells {
  readonly plain: Omit<PlainNumbers, "different">;
  /** Every text that is no plain number, and in how many cells. */
  readonly others: ReadonlyMap<string, number>;
  readonly numbers: Float64Array | undefined;
  readonly texts: CodedTexts | undefined;
  /** Infinity and -Infinity where there is no number. */
  readonly ends: Ends;
}

/** Cells as they come, block after block. */
export class ColumnCells {
  readonly #memory: CsvMemory;
  readonly #field: number;
  readonly #fields: number;
  readonly #texts: ColumnTexts;
  #capacity: number;
  /** By row, NaN where none stands. Undefined before the first number. */
  #numbers: Float64Array | undefined;
  #codes: Int32Array | undefined;
  /** Numbers that the module leaves to us, and those among the texts. */
  readonly #odd = { ...noPlainNumbers } as { -readonly [K in keyof PlainNumbers]: number };
  readonly #oddLengths: number[] = [];
  #low = Number.POSITIVE_INFINITY;
  #high = Number.NEGATIVE_INFINITY;

  /**
   * Of the column `field` of `fields`.
   * @param rows how many are expected
   */
  constructor(memory: CsvMemory, field: number, fields: number, rows: number) {
    this.#memory = memory;
    this.#field = field;
    this.#fields = fields;
    this.#texts = new ColumnTexts(memory);
    this.#capacity = rows;
  }

  add({ count, firstRow }: Pick<Block, "count" | "firstRow">): void {
    const memory = this.#memory;
    const { column } = this.#texts;
    let oddNumbers = false;
    for (let record = 0; ; record++) {
      record = memory.readCells(column, this.#field, record, count);
      if (record === count) break;
      const at = 2 * (record * this.#fields + this.#field);
      const [from, to] = memory.places(count * this.#fields).subarray(at, at + 2);
      oddNumbers = this.#oddCell(record, from!, to!) || oddNumbers;
    }
    this.#reserve(firstRow + count);
    const kinds = memory.kinds(column);
    if (kinds.numbers || oddNumbers) this.#numbers ??= float64s(this.#capacity).fill(Number.NaN, 0, firstRow);
    if (kinds.texts) this.#codes ??= int32s(this.#capacity).fill(0, 0, firstRow);
    this.#numbers?.set(memory.numbers(count), firstRow);
    this.#codes?.set(memory.codes(count), firstRow);
  }

  /** A field of many digits, with an exponent or with doubled quotes; whether it is a number. */
  #oddCell(record: number, from: number, to: number): boolean {
    const memory = this.#memory;
    const texts = this.#texts;
    if (from >= 0) {
      // What is a number is ASCII, and other bytes are none in Latin-1 either.
      const text = memory.bytes.toString("latin1", from, to);
      const value = plainValue(text);
      if (value !== undefined) {
        memory.numbers(record + 1)[record] = value;
        this.#count(text, value, 1);
        return true;
      }
    }
    if (from < 0) texts.setQuoted(record, from, to);
    else memory.setText(texts.column, record, from, to - from);
    return false;
  }

  #reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    this.#capacity = Math.max(rows, Math.ceil(1.3 * this.#capacity));
    if (this.#numbers !== undefined) {
      const numbers = float64s(this.#capacity);
      numbers.set(this.#numbers);
      this.#numbers = numbers;
    }
    if (this.#codes !== undefined) {
      const codes = int32s(this.#capacity);
      codes.set(this.#codes);
      this.#codes = codes;
    }
  }

  done(rowCount: number): ReadCells {
    const { words: texts, counts: cells } = this.#texts.done();
    let codes = this.#codes?.subarray(0, rowCount);
    const others = new Map<string, number>();
    /** By code: its place among the texts that are no numbers. */
    const renumbered = new Int32Array(texts.length);
    const values = new Map<number, number>();
    const words = [""];
    const counts = [0];
    for (let code = 1; code < texts.length; code++) {
      const text = texts[code]!;
      const value = plainValue(text);
      if (value === undefined) {
        others.set(text, cells[code]!);
        renumbered[code] = words.push(text) - 1;
        counts.push(cells[code]!);
      } else {
        values.set(code, value);
        this.#count(text, value, cells[code]!);
      }
    }
    if (codes !== undefined && values.size > 0) {
      this.#numbers ??= new Float64Array(rowCount).fill(Number.NaN);
      const numbers = this.#numbers;
      for (let row = 0; row < rowCount; row++) {
        const code = codes[row]!;
        if (code === 0) continue;
        const value = values.get(code);
        if (value !== undefined) numbers[row] = value;
        codes[row] = renumbered[code]!;
      }
      if (words.length === 1) codes = undefined;
    }
    const { low, high } = this.#memory.stateOf(this.#texts.column);
    return {
      plain: this.#plain(),
      others,
      numbers: this.#numbers === undefined ? undefined : withoutTail(this.#numbers, rowCount),
      texts: codes === undefined ? undefined : { codes, words, counts },
      ends: { low: Math.min(low, this.#low), high: Math.max(high, this.#high) },
    };
  }

  #plain(): PlainNumbers {
    const odd = this.#odd;
    const { lengths: read } = this.#memory.stateOf(this.#texts.column);
    const lengths = this.#oddLengths;
    let count = 0;
    let pointed = 0;
    let grouped = 0;
    let leadingZeros = 0;
    for (const [at, cells] of read.entries()) {
      if (cells === 0) continue;
      const length = at % numberLengths;
      const kind = Math.floor(at / numberLengths);
      lengths[length] = (lengths[length] ?? 0) + cells;
      count += cells;
      if (kind === 1 && length > 1) leadingZeros += cells;
      if (kind >= 2) pointed += cells;
      if (kind === 3 && length >= 5 && length <= 8) grouped += cells;
    }
    if (count + odd.count === 0) return noPlainNumbers;
    const widths = lengths.flatMap((cells, length) => (cells > 0 ? [length] : []));
    return {
      ...odd,
      count: count + odd.count,
      pointed: pointed + odd.pointed,
      grouped: grouped + odd.grouped,
      leadingZeros: leadingZeros + odd.leadingZeros,
      shortest: widths[0]!,
      longest: widths.at(-1)!,
      sameLength: lengths.reduce((most, cells) => Math.max(most, cells), 0),
    };
  }

  #count(text: string, value: number, cells: number): void {
    const odd = this.#odd;
    odd.count += cells;
    this.#low = Math.min(this.#low, value);
    this.#high = Math.max(this.#high, value);
    this.#oddLengths[text.length] = (this.#oddLengths[text.length] ?? 0) + cells;
    if (text.includes(".")) {
      odd.pointed += cells;
      if (text.length >= 5 && text.length <= 8 && text.at(-4) === "." && !text.startsWith("0")) odd.grouped += cells;
    } else if (/^0\d/.test(text)) odd.leadingZeros += cells;
    if (text.length > 15 && /^[+-]?\d+$/.test(text) && !Number.isSafeInteger(value)) odd.wide += cells;
  }
}

// Not cleared, for every row is written: where the memory was in use before, that spares a third of what filling costs.

const float64s = (length: number): Float64Array => new Float64Array(Buffer.allocUnsafeSlow(8 * length).buffer);
const int32s = (length: number): Int32Array => new Int32Array(Buffer.allocUnsafeSlow(4 * length).buffer);

/** The rows alone. Touching new memory costs more than reading the cells did, so a little is left rather than copied. */
function withoutTail(numbers: Float64Array, rows: number): Float64Array {
  return numbers.length > 1.2 * rows ? numbers.slice(0, rows) : numbers.subarray(0, rows);
}
