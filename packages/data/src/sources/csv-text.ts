// A CSV file in memory, and its records as the places of their fields.
import type { CsvMemory } from "./csv-memory.ts";

export interface CsvText {
  /** Holds the file, and behind it a line end. */
  readonly memory: CsvMemory;
  /** Where the first record behind the header begins, and where the file ends. */
  readonly start: number;
  readonly end: number;
  readonly columns: number;
}

/** Fields that are split before any column is looked at: their places stay near the processor. */
const blockFields = 12_000;

/** Records of a block. */
export function blockRecords(columns: number): number {
  return Math.max(1, Math.min(4096, Math.floor(blockFields / columns)));
}

/** Some records of a file. The arrays are valid during the visit alone, and until a column is read. */
export interface Block {
  readonly count: number;
  readonly firstRow: number;
  /** Where the next record begins; beyond the last byte where there is none. */
  readonly next: number;
  /**
   * Two numbers a field, record after record: where it begins and ends, without the quotes around it; both as their
   * complement (~) where doubled quotes stand in it.
   */
  readonly places: Int32Array;
  /** Where each record begins. */
  readonly begins: Int32Array;
}

/**
 * The records behind the header, in order; ends with undefined where one has not as many fields as the header, has a
 * quote inside of a field or text behind a closing quote, where lines end in different ways, and where a NUL stands.
 */
export function* blocksOf({ memory, start, end, columns }: CsvText): Generator<Block | undefined, void> {
  const most = blockRecords(columns);
  let firstRow = 0;
  for (let at = start; at < end; ) {
    const records = memory.split(at, most);
    if (records === undefined) return yield undefined;
    const { count, next } = records;
    if (count > 0)
      yield { count, next, firstRow, places: memory.places(count * columns), begins: memory.begins(count) };
    firstRow += count;
    at = next;
  }
}

/** The text of a field, by its two places. */
export function fieldText(bytes: Buffer, from: number, to: number): string {
  return from >= 0 ? bytes.toString("utf8", from, to) : bytes.toString("utf8", ~from, ~to).replaceAll('""', '"');
}
