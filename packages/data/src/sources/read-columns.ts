// From raw cells to the columns of a table, each by its reading; what cannot be read is kept, with its rows.
import type { Duck } from "../duck.ts";
import type { ColumnReading } from "../reading/column-reading.ts";
import { numberMarkers } from "../reading/number-text.ts";
import { type CellReader, cellReader } from "../reading/read-cell.ts";
import type { Column } from "../table.ts";
import type { RawCells } from "./raw-columns.ts";

export interface ReadColumn {
  readonly column: Column;
  /** Rows, from 0, whose cell is there and cannot be read, and their texts. */
  readonly unreadable: readonly { readonly row: number; readonly text: string }[];
  /** Texts other than blanks that were read as missing, and in how many cells. */
  readonly missing: ReadonlyMap<string, number>;
}

/** Reads column `at` of the table `loaded`. */
export async function readColumn(
  duck: Duck,
  at: number,
  raw: RawCells,
  reading: ColumnReading,
  rowCount: number,
): Promise<ReadColumn> {
  const { name, plain } = raw.column;
  const found: Found = { unreadable: [], missing: new Map() };
  const strings = reading.type === "category" || reading.type === "text";
  const pointed = (reading.decimal ?? "point") === "point" || plain.pointed === 0;
  // A plain number is read from its text where it is more than its figure.
  const retell = !raw.native && plain.count > 0 && !(reading.type === "number" && pointed);
  const texts = retell ? (raw.raw ?? ((await duck.columns(`SELECT c${at} FROM loaded`))[0] as string[])) : raw.texts;
  if (strings) {
    const data = readStrings(texts, rowCount, reading, found);
    return { column: { name, type: stringTypeOf(reading), data, reading }, ...found };
  }
  const figures = retell ? undefined : raw.numbers;
  const numbers = figures ?? new Float64Array(rowCount).fill(Number.NaN);
  if (figures !== undefined) checkFigures(numbers, reading, found);
  readNumbers(numbers, texts, reading, found);
  return { column: { name, type: numericTypeOf(reading), data: numbers, reading }, ...found };
}

interface Found {
  readonly unreadable: { row: number; text: string }[];
  readonly missing: Map<string, number>;
}

const stringTypeOf = ({ type }: ColumnReading): "category" | "text" => (type === "text" ? "text" : "category");
const numericTypeOf = ({ type }: ColumnReading): "number" | "boolean" | "timestamp" =>
  type === "boolean" || type === "timestamp" ? type : "number";

/** Remembers what a text is read as: most columns repeat theirs. */
function remembering(reader: CellReader): CellReader {
  const known = new Map<unknown, ReturnType<CellReader>>();
  return (text) => {
    if (known.has(text)) return known.get(text);
    const cell = reader(text);
    if (known.size < 100_000) known.set(text, cell);
    return cell;
  };
}

function count(found: Found, text: string): void {
  const spelling = text.trim();
  if (spelling !== "") found.missing.set(spelling, (found.missing.get(spelling) ?? 0) + 1);
}

function readStrings(
  texts: readonly string[] | undefined,
  rowCount: number,
  reading: ColumnReading,
  found: Found,
): string[] {
  const data = new Array<string>(rowCount).fill("");
  if (texts === undefined) return data;
  const read = remembering(cellReader(reading));
  for (let row = 0; row < rowCount; row++) {
    const text = texts[row]!;
    if (text === "") continue;
    const cell = read(text);
    if (typeof cell === "string") data[row] = cell;
    else count(found, text);
  }
  return data;
}

function readNumbers(
  numbers: Float64Array,
  texts: readonly string[] | undefined,
  reading: ColumnReading,
  found: Found,
): void {
  if (texts === undefined) return;
  const read = remembering(cellReader(reading));
  for (let row = 0; row < texts.length; row++) {
    const text = texts[row]!;
    if (text === "") continue;
    const cell = read(text);
    if (typeof cell === "number") numbers[row] = cell;
    else if (cell === null) count(found, text);
    else found.unreadable.push({ row, text });
  }
}

/** Figures that mean a missing value, or are infinite. */
function checkFigures(numbers: Float64Array, reading: ColumnReading, found: Found): void {
  const markers = new Set(numberMarkers(reading));
  for (let row = 0; row < numbers.length; row++) {
    const value = numbers[row]!;
    if (Number.isFinite(value)) {
      if (markers.size === 0 || !markers.has(value)) continue;
      count(found, String(value));
    } else if (!Number.isNaN(value)) found.unreadable.push({ row, text: String(value) });
    numbers[row] = Number.NaN;
  }
}
