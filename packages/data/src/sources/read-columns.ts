// From raw cells to the columns of a table, each by its reading; what cannot be read is kept, with its rows.
import type { ColumnReading } from "../reading/column-reading.ts";
import { numberMarkers } from "../reading/number-text.ts";
import { type Cell, cellReader } from "../reading/read-cell.ts";
import type { Column } from "../table.ts";
import { type CodedTexts, wordCounts } from "./coded-texts.ts";
import type { RawCells } from "./raw-columns.ts";

export interface ReadColumn {
  readonly column: Column;
  /** Rows, from 0, whose cell is there and cannot be read, and their texts. */
  readonly unreadable: readonly { readonly row: number; readonly text: string }[];
  /** Texts other than blanks that were read as missing, and in how many cells. */
  readonly missing: ReadonlyMap<string, number>;
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
    const data = readStrings(texts, rowCount, reading, found);
    return { column: { name, type: reading.type, data, reading }, ...found };
  }
  const figures = whole === undefined ? raw.numbers : undefined;
  const numbers = figures ?? new Float64Array(rowCount).fill(Number.NaN);
  if (figures !== undefined) checkFigures(numbers, reading, raw.native, found);
  readNumbers(numbers, texts, reading, found);
  return { column: { name, type: reading.type, data: numbers, reading }, ...found };
}

interface Found {
  readonly unreadable: { row: number; text: string }[];
  readonly missing: Map<string, number>;
}

function count(found: Found, text: string, cells: number): void {
  const spelling = text.trim();
  if (spelling !== "") found.missing.set(spelling, (found.missing.get(spelling) ?? 0) + cells);
}

function readStrings(texts: CodedTexts | undefined, rowCount: number, reading: ColumnReading, found: Found): string[] {
  const data = new Array<string>(rowCount);
  if (texts === undefined) return data.fill("");
  const read = cellReader(reading);
  const cells = texts.words.map((text) => (text === "" ? null : read(text)));
  countMissing(texts, cells, found);
  const strings = cells.map((cell) => (typeof cell === "string" ? cell : ""));
  for (let row = 0; row < rowCount; row++) data[row] = strings[texts.codes[row]!]!;
  return data;
}

function readNumbers(numbers: Float64Array, texts: CodedTexts | undefined, reading: ColumnReading, found: Found): void {
  if (texts === undefined) return;
  const { codes, words } = texts;
  const read = cellReader(reading);
  const cells = words.map((text) => (text === "" ? null : read(text)));
  countMissing(texts, cells, found);
  const figures = Float64Array.from(cells, (cell) => (typeof cell === "number" ? cell : Number.NaN));
  const odd = cells.includes(undefined);
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!;
    if (code === 0) continue;
    numbers[row] = figures[code]!;
    if (odd && cells[code] === undefined) found.unreadable.push({ row, text: words[code]! });
  }
}

/** @param cells what each of the words is */
function countMissing(texts: CodedTexts, cells: readonly Cell[], found: Found): void {
  if (!cells.includes(null, 1)) return;
  const counts = wordCounts(texts);
  for (let code = 1; code < cells.length; code++)
    if (cells[code] === null) count(found, texts.words[code]!, counts[code]!);
}

/** Figures that mean a missing value, or are infinite, as those of a text never are. */
function checkFigures(numbers: Float64Array, reading: ColumnReading, native: boolean, found: Found): void {
  const markers = new Set(numberMarkers(reading));
  if (markers.size === 0 && !native) return;
  for (let row = 0; row < numbers.length; row++) {
    const value = numbers[row]!;
    if (Number.isFinite(value)) {
      if (markers.size === 0 || !markers.has(value)) continue;
      count(found, String(value), 1);
    } else if (!Number.isNaN(value)) found.unreadable.push({ row, text: String(value) });
    numbers[row] = Number.NaN;
  }
}
