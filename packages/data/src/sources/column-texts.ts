// The different texts of a column of a CSV file: the module knows them by their places, those with doubled quotes are
// strings at once.
import type { CodedTexts } from "./coded-texts.ts";
import type { CsvMemory } from "./csv-memory.ts";
import { fieldText } from "./csv-text.ts";

export class ColumnTexts {
  readonly column: number;
  readonly #memory: CsvMemory;
  readonly #strings = new Map<string, number>();

  constructor(memory: CsvMemory) {
    this.#memory = memory;
    this.column = memory.addColumn();
  }

  /** A field with doubled quotes, by its two places. */
  setQuoted(record: number, from: number, to: number): void {
    const text = fieldText(this.#memory.bytes, from, to);
    let code = this.#strings.get(text);
    if (code === undefined) {
      code = this.#memory.addText(this.column);
      this.#strings.set(text, code);
    }
    this.#memory.setCode(this.column, record, code);
  }

  /** By code: "" ahead of all. */
  done(): Pick<CodedTexts, "words" | "counts"> {
    const { bytes } = this.#memory;
    const { count, texts } = this.#memory.stateOf(this.column);
    const words = new Array<string>(count + 1).fill("");
    const counts = new Int32Array(count + 1);
    for (let code = 1; code <= count; code++) {
      words[code] = fieldText(bytes, texts[4 * code]!, texts[4 * code + 1]!);
      counts[code] = texts[4 * code + 2]!;
    }
    for (const [text, code] of this.#strings) words[code] = text;
    return { words, counts };
  }
}
