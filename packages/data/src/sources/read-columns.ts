// From raw cells to the columns of a table, each by its reading; what cannot be read is kept, with its rows.
import type { ColumnReading } from "../reading/column-reading.ts";
import { numberMarkers } from "../reading/number-text.ts";
import { type Cell, cellReader } from "../reading/read-cell.ts";
import type { Column } from "../table.ts";
import { viewOf } from "../view-column.ts";
import type { CodedTexts } from "./coded-texts.ts";
import type { Ends, RawCells } from "./raw-columns.ts";

export interface ReadColumn {
  readonly column: Column;
  /** Rows, from 0, whose cell is there and cannot be read, and their texts. */
  readonly unreadable: readonly { readonly row: number; readonly text: string }[];
  /** Texts other than blanks that were read as missing, and in how many cells. */
  readonly missing: ReadonlyMap<string, number>;
  /** Of a column of numbers, where they are known. */
  readonly ends?: Ends;
}

/** Whether plain numbers are read from their texts, being more than figures in this reading. */
export function needsTexts({ native, column: { plain } }: RawCells, reading: ColumnReading): boolean {
  const pointed = (reading.decimal ?? "point") === "point" || plain.pointed === 0;
  return !native && plain.count > 0 && !(reading.type === "number" && pointed);
}

/** @param whole every cell of the column as it stands, where `needsTexts` */
export function readColumn(
  raw: RawCells,
  reading: ColumnReading,
  rowCount: number,
  whole: CodedTexts | undefined,
): ReadColumn {
  const { name } = raw.column;
  const found: Found = { unreadable: [], missing: new Map() };
  const texts = whole ?? raw.texts;
  if (reading.type === "category" || reading.type === "text") {
    const about = { name, type: reading.type, reading };
    if (texts === undefined) return { column: { ...about, data: new Array<string>(rowCount).fill("") }, ...found };
    const words = { ...about, data: readWords(texts, reading, found) };
    // An array of strings is filled when it is first asked for: that takes as long as reading the column's bytes.
    return { column: viewOf(words, rowsOf(texts), (inner) => inner), ...found };
  }
  const figures = whole === undefined ? raw.numbers : undefined;
  const told = figures !== undefined && checkFigures(figures, reading, raw.native, found);
  const values = texts === undefined ? [] : readValues(texts, reading, found);
  const added = values.some((value) => !Number.isNaN(value));
  let data = figures;
  if (data === undefined) data = allFigures(rowCount, texts, values);
  // Where no text is a number, NaN stands already.
  else if (added) addFigures(data, texts!, values);
  const ends = figures === undefined || told || added ? undefined : raw.ends;
  return { column: { name, type: reading.type, data, reading }, ...found, ...(ends === undefined ? {} : { ends }) };
}

interface Found {
  readonly unreadable: { row: number; text: string }[];
  readonly missing: Map<string, number>;
}

function count(found: Found, text: string, cells: number): void {
  const spelling = text.trim();
  if (spelling !== "") found.missing.set(spelling, (found.missing.get(spelling) ?? 0) + cells);
}

/** Codes are no rows below 0, so the same bytes serve. */
function rowsOf({ codes }: CodedTexts): Uint32Array {
  return new Uint32Array(codes.buffer, codes.byteOffset, codes.length);
}

/** What each of the words is. */
function readWords(texts: CodedTexts, reading: ColumnReading, found: Found): string[] {
  const read = cellReader(reading);
  const cells = texts.words.map((text) => (text === "" ? null : read(text)));
  countMissing(texts, cells, found);
  return cells.map((cell) => (typeof cell === "string" ? cell : ""));
}

/** What each of the words is; names the rows of those that cannot be read. */
function readValues(texts: CodedTexts, reading: ColumnReading, found: Found): Float64Array {
  const { codes, words } = texts;
  const read = cellReader(reading);
  const cells = words.map((text) => (text === "" ? null : read(text)));
  countMissing(texts, cells, found);
  if (cells.includes(undefined))
    for (let row = 0; row < codes.length; row++) {
      const code = codes[row]!;
      if (cells[code] === undefined) found.unreadable.push({ row, text: words[code]! });
    }
  return Float64Array.from(cells, (cell) => (typeof cell === "number" ? cell : Number.NaN));
}

function allFigures(rowCount: number, texts: CodedTexts | undefined, values: ArrayLike<number>): Float64Array {
  const data = new Float64Array(rowCount);
  if (texts === undefined) return data.fill(Number.NaN);
  const { codes } = texts;
  for (let row = 0; row < rowCount; row++) data[row] = values[codes[row]!]!;
  return data;
}

function addFigures(data: Float64Array, { codes }: CodedTexts, values: ArrayLike<number>): void {
  for (let row = 0; row < data.length; row++) {
    const code = codes[row]!;
    if (code !== 0) data[row] = values[code]!;
  }
}

/** @param cells what each of the words is */
function countMissing(texts: CodedTexts, cells: readonly Cell[], found: Found): void {
  if (!cells.includes(null, 1)) return;
  const { counts } = texts;
  for (let code = 1; code < cells.length; code++)
    if (cells[code] === null) count(found, texts.words[code]!, counts[code]!);
}

/** Takes out figures that mean a missing value, or are infinite, as those of a text never are; whether there may be any. */
function checkFigures(numbers: Float64Array, reading: ColumnReading, native: boolean, found: Found): boolean {
  const markers = new Set(numberMarkers(reading));
  if (markers.size === 0 && !native) return false;
  for (let row = 0; row < numbers.length; row++) {
    const value = numbers[row]!;
    if (Number.isFinite(value)) {
      if (markers.size === 0 || !markers.has(value)) continue;
      count(found, String(value), 1);
    } else if (!Number.isNaN(value)) found.unreadable.push({ row, text: String(value) });
    numbers[row] = Number.NaN;
  }
  return true;
}
