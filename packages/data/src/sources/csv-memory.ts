// A CSV file in the memory of the WebAssembly module that reads its bytes, and the module's functions (assembly/csv.ts).
import { csvWasm } from "./csv-wasm.ts";

/** Where the file begins. */
const fileStart = 65_536;
/** Bytes behind the file that may be read. */
const slack = 80;
const pageBytes = 65_536;

/** What we use of it; the types of Node leave it out. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: unknown };
  RuntimeError: new () => Error;
};

/** Whether the module gave up: its memory ends at 4 GiB. */
export const isTrap = (error: unknown): boolean => error instanceof WebAssembly.RuntimeError;

interface Value {
  readonly value: number;
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly places: Value;
  readonly begins: Value;
  readonly numbers: Value;
  readonly codes: Value;
  readonly next: Value;
  readonly lengths: Value;
  open(size: number, separator: number, columns: number, returns: boolean, most: number): void;
  split(from: number, most: number): number;
  addColumn(): number;
  readCells(column: number, field: number, first: number, count: number): number;
  readTexts(column: number, field: number, first: number, count: number): number;
  kinds(column: number): number;
  addText(column: number, from: number, length: number): number;
  setText(column: number, record: number, from: number, length: number): void;
  setCode(column: number, record: number, code: number): void;
}

let compiled: object | undefined;

/** Lengths, in bytes, that a number's text may have where the module reads it; 0 among them. */
export const numberLengths = 17;

/** What the module knows of a column; valid until it is called again. */
export interface ColumnState {
  /** Smallest and largest number. */
  readonly low: number;
  readonly high: number;
  /** How many different texts there are. */
  readonly count: number;
  /** Four numbers a code, from 1: where the text begins and ends, in how many cells it stands, and one unused. */
  readonly texts: Int32Array;
  /**
   * How many numbers have a text of each length, `numberLengths` a kind: without a point and without a zero ahead, with a
   * zero ahead, with a point, and those of three digits behind it and no zero ahead.
   */
  readonly lengths: Int32Array;
}

/** One file's. A view of the memory is valid until a function of the module is called, for the memory may grow. */
export class CsvMemory {
  readonly #exports: Exports;
  readonly #size: number;
  #bytes: Buffer;

  /**
   * Throws RangeError where the process may have no such memory.
   * @param size of the file at most, in bytes
   */
  constructor(size: number) {
    compiled ??= new WebAssembly.Module(Buffer.from(csvWasm, "base64"));
    this.#exports = new WebAssembly.Instance(compiled).exports as Exports;
    this.#size = size + slack;
    const { memory } = this.#exports;
    memory.grow(Math.ceil((fileStart + this.#size) / pageBytes) - memory.buffer.byteLength / pageBytes);
    this.#bytes = Buffer.from(memory.buffer, fileStart, this.#size);
  }

  /** The file, and `slack` bytes. */
  get bytes(): Buffer {
    const { buffer } = this.#exports.memory;
    if (this.#bytes.buffer !== buffer) this.#bytes = Buffer.from(buffer, fileStart, this.#size);
    return this.#bytes;
  }

  /**
   * Once, ahead of all below. Behind the file's end a line end stands, and zeros.
   * @param most records of a block
   */
  open(file: { end: number; separator: number; columns: number; returns: boolean }, most: number): void {
    this.#exports.open(file.end, file.separator, file.columns, file.returns, most);
  }

  /** As the module has it: up to `most` records from byte `from` on; undefined where one is not of the plain kind. */
  split(from: number, most: number): { count: number; next: number } | undefined {
    const count = this.#exports.split(from, most);
    return count < 0 ? undefined : { count, next: this.#exports.next.value };
  }

  /** Of `fields` fields: where each begins and ends, as the module's `split` writes them. */
  places(fields: number): Int32Array {
    return this.#ints(this.#exports.places.value, 2 * fields);
  }

  /** Where each of the records begins. */
  begins(records: number): Int32Array {
    return this.#ints(this.#exports.begins.value, records);
  }

  numbers(records: number): Float64Array {
    return new Float64Array(this.#exports.memory.buffer, this.#exports.numbers.value, records);
  }

  codes(records: number): Int32Array {
    return this.#ints(this.#exports.codes.value, records);
  }

  /** A column that nothing is known of, by its number. */
  addColumn(): number {
    return this.#exports.addColumn();
  }

  /** Reads a field of the records from `first` on; the record that is left to the caller, or `count`. */
  readCells(column: number, field: number, first: number, count: number): number {
    return this.#exports.readCells(column, field, first, count);
  }

  /** Whether a number, and whether a text, is among the records that `readCells` read last. */
  kinds(column: number): { numbers: boolean; texts: boolean } {
    const kinds = this.#exports.kinds(column);
    return { numbers: (kinds & 1) !== 0, texts: (kinds & 2) !== 0 };
  }

  /** As `readCells`, into `codes` alone: numbers are texts, too. */
  readTexts(column: number, field: number, first: number, count: number): number {
    return this.#exports.readTexts(column, field, first, count);
  }

  /** A new code, for a text that the module does not know. */
  addText(column: number): number {
    return this.#exports.addText(column, 0, 0);
  }

  /** For a field left to the caller: it is the text of `length` bytes at `from`. */
  setText(column: number, record: number, from: number, length: number): void {
    this.#exports.setText(column, record, from, length);
  }

  /** The same: it is the text with this code. */
  setCode(column: number, record: number, code: number): void {
    this.#exports.setCode(column, record, code);
  }

  stateOf(column: number): ColumnState {
    const [low, high] = new Float64Array(this.#exports.memory.buffer, column, 2);
    const [count, texts] = this.#ints(column + 16, 2);
    return {
      low: low!,
      high: high!,
      count: count!,
      texts: this.#ints(texts!, 4 * count! + 4),
      lengths: this.#ints(column + this.#exports.lengths.value, 4 * numberLengths),
    };
  }

  #ints(start: number, length: number): Int32Array {
    return new Int32Array(this.#exports.memory.buffer, start >>> 0, length);
  }
}
