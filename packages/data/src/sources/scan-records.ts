// Reads the records of a CSV file into the cells of its columns, each byte once: as a figure where a number stands.
import { type ColumnCells, pointedLengths, powers } from "./column-cells.ts";
import { type CsvText, closingQuote, isEmptyLine, longest, quote, type Records, specials } from "./csv-text.ts";

/** Digits of a whole number that 32 bits hold, whatever they are. */
const shortDigits = 9;

/**
 * Reads up to `most` records from byte `from` on into the rows from `firstRow` on. Undefined where `splitRecords` has
 * it so.
 */
export function scanRecords(
  text: CsvText,
  from: number,
  most: number,
  firstRow: number,
  cells: readonly ColumnCells[],
): Records | undefined {
  const { bytes, end, separator, columns, returns } = text;
  const special = specials(separator);
  const separators = Math.imul(separator, 0x01010101);
  let at = from;
  let count = 0;
  while (count < most && at < end) {
    if (columns > 1 && isEmptyLine(text, at)) {
      at += returns ? 2 : 1;
      continue;
    }
    const row = firstRow + count;
    const begin = at;
    for (let field = 0; ; field++) {
      if (field === columns) return undefined;
      const column = cells[field]!;
      const start = at;
      const first = bytes[at]!;
      let byte = first;
      if (first === quote) {
        const close = closingQuote(bytes, at + 1, end, returns);
        if (close === 0) return undefined;
        if (close < 0) column.word(row, ~(start + 1), close);
        else if (close > start + 1) quotedField(column, bytes, row, start + 1, close);
        at = (close < 0 ? ~close : close) + 1;
        byte = bytes[at]!;
      } else if (first > 57 || first < 43 || column.wordsFirst) {
        if (special[byte] === 0) {
          at = column.wordAt(row, start, separators, special);
          byte = bytes[at]!;
        }
      } else {
        if (first === 45 || first === 43) byte = bytes[++at]!;
        const digits = at;
        let value = 0;
        while (byte >= 48 && byte <= 57) {
          value = (Math.imul(value, 10) + byte - 48) | 0;
          byte = bytes[++at]!;
        }
        let places = -1;
        if (byte === 46) {
          const point = at;
          byte = bytes[++at]!;
          while (byte >= 48 && byte <= 57) {
            value = (Math.imul(value, 10) + byte - 48) | 0;
            byte = bytes[++at]!;
          }
          places = at - point - 1;
        }
        const many = at - digits - (places < 0 ? 0 : 1);
        if (special[byte] === 0) {
          if (byte === 101 || byte === 69) {
            while (special[byte] === 0) byte = bytes[++at]!;
            column.numberText(row, start, at);
          } else {
            column.turned++;
            at = column.wordAt(row, start, separators, special);
            byte = bytes[at]!;
          }
        } else if (many === 0) {
          if (at > start) column.word(row, start, at);
        } else if (many > shortDigits) column.longNumber(row, start, at, many, places);
        else {
          const length = at - start;
          if (places >= 0) {
            if (places === 3 && first !== 48 && length >= 5 && length <= 8) column.grouped++;
            column.shortLengths[pointedLengths + length]!++;
          } else {
            if (first === 48 && length > 1) column.leadingZeros++;
            column.shortLengths[length]!++;
          }
          // Correctly rounded, for both are whole numbers that a double holds (Clinger 1990, "How to read floating
          // point numbers accurately").
          const figure = places > 0 ? value / powers[places]! : value;
          (column.numbers ?? column.figures())[row] = first === 45 ? -figure : figure;
        }
      }
      if (byte === separator) {
        at++;
        continue;
      }
      if (field + 1 !== columns) return undefined;
      if (byte === 10 && (!returns || at === end)) {
        at++;
        break;
      }
      if (byte !== 13 || !returns || bytes[at + 1] !== 10 || at + 1 === end) return undefined;
      at += 2;
      break;
    }
    if (at - begin > longest) return undefined;
    count++;
  }
  return { count, next: at };
}

/** A field out of quotes that is not empty. */
function quotedField(column: ColumnCells, bytes: Uint8Array, row: number, from: number, to: number): void {
  let digits = 0;
  let places = -1;
  for (let at = bytes[from] === 45 || bytes[from] === 43 ? from + 1 : from; at < to; at++) {
    const byte = bytes[at]!;
    if (byte >= 48 && byte <= 57) digits++;
    else if (byte === 46 && places < 0) places = to - at - 1;
    else {
      if (digits > 0 && (byte === 101 || byte === 69)) column.numberText(row, from, to);
      else column.word(row, from, to);
      return;
    }
  }
  if (digits === 0) column.word(row, from, to);
  else column.longNumber(row, from, to, digits, places);
}
