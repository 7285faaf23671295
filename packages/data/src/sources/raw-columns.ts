// The columns of a loaded table as they stand: plain numbers as figures, all other cells as texts.
import type { Duck } from "../duck.ts";
import { noPlainNumbers, type RawColumn, type SourceKind } from "../reading/raw-column.ts";
import type { CodedTexts } from "./coded-texts.ts";
import { textScan } from "./text-scan.ts";

/** The smallest and the largest number of a column. */
export interface Ends {
  readonly low: number;
  readonly high: number;
}

/** A raw column with its cells, one a row. */
export interface RawCells {
  readonly column: RawColumn;
  /** The plain numbers, NaN elsewhere; undefined where there is none. */
  readonly numbers: Float64Array | undefined;
  /** Of the plain numbers; absent where nobody looked. */
  readonly ends?: Ends;
  /** The other cells, "" where a plain number or nothing stands; undefined where there is none. */
  readonly texts: CodedTexts | undefined;
  /** Whether the source itself holds figures: then there are no texts to read again. */
  readonly native: boolean;
  /** Whether a text of the column ends in ".0", as 3.0 does; absent where nobody looked. */
  readonly pointZero?: boolean;
  /** Every cell as it stands, "" where nothing does; of small tables, where they are at hand. */
  readonly raw?: readonly string[];
}

/** Rows up to which every text is kept, and different numbers are counted exactly. */
export const fewRows = 10_000;

/** Columns of one statement: DuckDB plans thousands of expressions slowly. */
const together = 40;

/**
 * The cells of the table `loaded`, whose columns are VARCHAR, or DOUBLE where the source tells numbers or times.
 * @param keep whether every text is kept; then different numbers are counted exactly
 */
export async function rawColumns(
  duck: Duck,
  names: readonly string[],
  kinds: readonly SourceKind[],
  native: readonly boolean[],
  rowCount: number,
  keep: boolean = rowCount <= fewRows,
): Promise<RawCells[]> {
  const all = names.map((name, at): Part => ({ at, name, kind: kinds[at], native: native[at] === true }));
  const cells = new Array<RawCells>(names.length);
  const [figures, texts] = [all.filter((part) => part.native), all.filter((part) => !part.native)];
  for (const part of parts(figures)) for (const [at, one] of await readFigures(duck, part)) cells[at] = one;
  for (const part of parts(texts)) for (const [at, one] of await readTexts(duck, part, rowCount, keep)) cells[at] = one;
  return cells;
}

interface Part {
  readonly at: number;
  readonly name: string;
  readonly kind: SourceKind;
  /** Whether the column is DOUBLE. */
  readonly native: boolean;
}

function* parts(columns: readonly Part[]): Generator<Part[]> {
  for (let start = 0; start < columns.length; start += together) yield columns.slice(start, start + together);
}

const select = (part: readonly Part[]): string => `SELECT ${part.map(({ at }) => `c${at}`).join(", ")} FROM loaded`;

async function readFigures(duck: Duck, part: readonly Part[]): Promise<[at: number, cells: RawCells][]> {
  const data = await duck.columns(select(part));
  return part.map(({ at, name, kind }, i) => {
    const numbers = data[i] as Float64Array;
    let count = 0;
    if (kind === "number") for (const value of numbers) if (!Number.isNaN(value)) count++;
    const column = { name, kind, plain: { ...noPlainNumbers, count }, others: new Map<string, number>() };
    return [at, { column, numbers, texts: undefined, native: true }];
  });
}

/** One pass over the columns: figures, texts and what is counted of them. */
async function readTexts(
  duck: Duck,
  part: readonly Part[],
  rowCount: number,
  keep: boolean,
): Promise<[at: number, cells: RawCells][]> {
  const scans = part.map(() => textScan(rowCount, keep));
  await duck.eachText(select(part), (chunks, firstRow) => {
    for (const [i, chunk] of chunks.entries()) scans[i]!.add(chunk, firstRow);
  });
  return part.map(({ at, name, kind }, i) => {
    const { plain, others, ...cells } = scans[i]!.done();
    return [at, { column: { name, kind, plain, others }, ...cells, native: false }];
  });
}
