// What may be asked of the rows of a CSV file in memory: their lines, their texts, their keys.
import { blocksOf, type CsvText, fieldText } from "./csv-text.ts";
import { Md5 } from "./md5.ts";

/** Lines, from 1, at which the rows begin. */
export function linesOf(text: CsvText, rowCount: number): Float64Array {
  const lines = new Float64Array(rowCount);
  let line = 1;
  let at = 0;
  const { bytes } = text.memory;
  for (const block of blocksOf(text)) {
    const { begins, count, firstRow } = block!;
    for (let record = 0; record < count; record++) {
      for (; at < begins[record]!; at++) if (bytes[at] === 10) line++;
      lines[firstRow + record] = line;
    }
  }
  return lines;
}

/**
 * Rows, their fields joined again, so that quotes stand where they must; each cut at 500 characters.
 * @param rows ascending
 */
export function rowTexts(text: CsvText, rows: readonly number[], delimiter: string): string[] {
  const texts: string[] = [];
  for (const block of blocksOf(text)) {
    const { places, count, firstRow } = block!;
    for (; texts.length < rows.length && rows[texts.length]! < firstRow + count; ) {
      const first = 2 * text.columns * (rows[texts.length]! - firstRow);
      const fields = Array.from({ length: text.columns }, (_, i) => {
        const field = fieldText(text.memory.bytes, places[first + 2 * i]!, places[first + 2 * i + 1]!);
        return field.includes(delimiter) || /["\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
      });
      texts.push(fields.join(delimiter).slice(0, 500));
    }
    if (texts.length === rows.length) break;
  }
  return texts;
}

const unitSeparator = 31;
const quote = 34;

/** As `Loaded.keys` has them. */
export function rowKeys(text: CsvText, rowCount: number, columns: readonly number[]): Float64Array {
  const { bytes } = text.memory;
  const keys = new Float64Array(rowCount);
  const md5 = new Md5();
  for (const block of blocksOf(text)) {
    const { places } = block!;
    for (let record = 0; record < block!.count; record++) {
      const fields = 2 * record * text.columns;
      let length = 0;
      for (const column of columns) {
        const from = places[fields + 2 * column]!;
        const to = places[fields + 2 * column + 1]!;
        md5.reserve(length + 1 + Math.abs(to - from), length);
        const { message } = md5;
        message[length++] = unitSeparator;
        const start = length;
        if (from >= 0) for (let at = from; at < to; at++) message[length++] = bytes[at]!;
        else
          for (let at = ~from; at < ~to; at++) {
            message[length++] = bytes[at]!;
            if (bytes[at] === quote) at++;
          }
        if (length - start >= 2 && message[length - 1] === 48 && message[length - 2] === 46) length -= 2;
      }
      if (columns.length === 0) md5.message[length++] = unitSeparator;
      keys[block!.firstRow + record] = md5.upper53(length);
    }
  }
  return keys;
}
