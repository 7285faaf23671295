// All cells of a column of a CSV file in memory as they stand, numbers too.
import type { CodedTexts } from "./coded-texts.ts";
import { ColumnTexts } from "./column-texts.ts";
import type { CsvMemory } from "./csv-memory.ts";
import type { Block } from "./csv-text.ts";

export class WholeScan {
  readonly #memory: CsvMemory;
  readonly #field: number;
  readonly #fields: number;
  readonly #texts: ColumnTexts;
  readonly #codes: Int32Array;

  /** Of the column `field` of `fields`. */
  constructor(memory: CsvMemory, field: number, fields: number, rows: number) {
    this.#memory = memory;
    this.#field = field;
    this.#fields = fields;
    this.#texts = new ColumnTexts(memory);
    this.#codes = new Int32Array(rows);
  }

  add({ count, firstRow }: Pick<Block, "count" | "firstRow">): void {
    const memory = this.#memory;
    const texts = this.#texts;
    for (let record = 0; ; record++) {
      record = memory.readTexts(texts.column, this.#field, record, count);
      if (record === count) break;
      const at = 2 * (record * this.#fields + this.#field);
      const [from, to] = memory.places(count * this.#fields).subarray(at, at + 2);
      texts.setQuoted(record, from!, to!);
    }
    this.#codes.set(memory.codes(count), firstRow);
  }

  done(): CodedTexts {
    return { codes: this.#codes, ...this.#texts.done() };
  }
}
