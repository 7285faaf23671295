// All cells of a column of a CSV file in memory as they stand, numbers too.
import { ByteWords } from "./byte-words.ts";
import type { CodedTexts } from "./coded-texts.ts";
import { type Block, type CsvText, fieldText } from "./csv-text.ts";

export class WholeScan {
  readonly #bytes: Buffer;
  readonly #words: ByteWords;
  readonly #codes: Int32Array;

  constructor({ bytes, view }: CsvText, rows: number) {
    this.#bytes = bytes;
    this.#words = new ByteWords(bytes, view);
    this.#codes = new Int32Array(rows);
  }

  add({ places, columns, count, firstRow }: Block, column: number): void {
    for (let record = 0, k = 2 * column; record < count; record++, k += 2 * columns) {
      const from = places[k]!;
      const to = places[k + 1]!;
      if (from === to) continue;
      this.#codes[firstRow + record] =
        from < 0 ? this.#words.codeOfQuoted(fieldText(this.#bytes, from, to)) : this.#words.codeOf(from, to - from);
    }
  }

  done(): CodedTexts {
    return { codes: this.#codes, words: this.#words.texts() };
  }
}
