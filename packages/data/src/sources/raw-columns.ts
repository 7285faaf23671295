// The columns of a loaded table as they stand: plain numbers as figures, all other cells as texts.
import type { Duck } from "../duck.ts";
import { trimmed } from "../reading/blanks.ts";
import { isPlainNumber } from "../reading/number-text.ts";
import { noPlainNumbers, type PlainNumbers, type RawColumn, type SourceKind } from "../reading/raw-column.ts";

/** A raw column with its cells, one a row. */
export interface RawCells {
  readonly column: RawColumn;
  /** The plain numbers, NaN elsewhere; undefined where there is none. */
  readonly numbers: Float64Array | undefined;
  /** The other cells, "" where a plain number or nothing stands; undefined where there is none. */
  readonly texts: readonly string[] | undefined;
  /** Whether the source itself holds figures: then there are no texts to read again. */
  readonly native: boolean;
  /** Every cell as it stands, "" where nothing does; of small tables, where they are at hand. */
  readonly raw?: readonly string[];
}

/**
 * Rows up to which the texts are counted here: DuckDB takes longer to plan what it counts of thousands of columns than
 * it takes to count.
 */
const fewRows = 10_000;

/** Columns of one statement: DuckDB plans thousands of expressions slowly. */
const together = 40;

/**
 * SQL for the number of a text that is one in every language, NULL for every other text: what `isPlainNumber` takes,
 * with outer blanks of ASCII allowed. DuckDB itself also reads `1_000`, `inf`, `nan` and `+-5`.
 */
export function plainSql(column: string, number: string = castSql(column)): string {
  return `CASE WHEN isfinite(${number}) AND NOT contains(${column}, '_') AND NOT contains(${column}, '+-') THEN ${number} END`;
}

/** A number begins with a digit, a sign, a point or a blank, all ahead of ":"; a cast that fails costs much. */
function castSql(column: string): string {
  return `CASE WHEN ${column} < ':' THEN TRY_CAST(${column} AS DOUBLE) END`;
}

/** The table `loaded` with its columns of texts cN and their plain numbers pN, each cast once. */
function withNumbers(part: readonly Part[]): string {
  const cast = part.map(({ at, native }) => `c${at}, ${native ? `c${at}` : castSql(`c${at}`)} AS d${at}`);
  const plain = part.map(({ at, native }) => `c${at}, ${native ? `d${at}` : plainSql(`c${at}`, `d${at}`)} AS p${at}`);
  return `(SELECT ${plain.join(", ")} FROM (SELECT ${cast.join(", ")} FROM loaded))`;
}

/** The cells of the table `loaded`, whose columns are VARCHAR, or DOUBLE where the source tells numbers or times. */
export async function rawColumns(
  duck: Duck,
  names: readonly string[],
  kinds: readonly SourceKind[],
  native: readonly boolean[],
  rowCount: number,
): Promise<RawCells[]> {
  const columns: RawCells[] = [];
  for (let start = 0; start < names.length; start += together) {
    const part = names.slice(start, start + together).map((name, i) => ({
      at: start + i,
      name,
      kind: kinds[start + i],
      native: native[start + i] === true,
    }));
    columns.push(...(await (rowCount <= fewRows ? readFew(duck, part) : readPart(duck, part))));
  }
  return columns;
}

interface Part {
  readonly at: number;
  readonly name: string;
  readonly kind: SourceKind;
  /** Whether the column is DOUBLE. */
  readonly native: boolean;
}

async function readPart(duck: Duck, part: readonly Part[]): Promise<RawCells[]> {
  const from = withNumbers(part);
  const counted = await countPart(duck, part, from);
  const selected = part.flatMap(({ at, native }, i) => {
    const { cells, plain } = counted[i]!;
    const c = `c${at}`;
    if (native) return [c];
    return [
      ...(plain.count > 0 ? [`p${at}`] : []),
      ...(cells > plain.count ? [plain.count === 0 ? c : `CASE WHEN p${at} IS NULL THEN ${c} END`] : []),
    ];
  });
  const data = selected.length === 0 ? [] : await duck.columns(`SELECT ${selected.join(", ")} FROM ${from}`);
  let next = 0;
  return part.map(({ name, kind, native }, i): RawCells => {
    const { cells, plain } = counted[i]!;
    const numbers = native || plain.count > 0 ? (data[next++] as Float64Array) : undefined;
    const texts = !native && cells > plain.count ? (data[next++] as string[]) : undefined;
    return { column: { name, kind, plain, others: tally(texts) }, numbers, texts, native };
  });
}

/** As `readPart`, from the texts themselves. */
async function readFew(duck: Duck, part: readonly Part[]): Promise<RawCells[]> {
  const data = await duck.columns(`SELECT ${part.map(({ at }) => `c${at}`).join(", ")} FROM loaded`);
  return part.map(({ name, kind, native }, i): RawCells => {
    const cells = data[i]!;
    if (native) {
      const figures = cells as Float64Array;
      const count = kind === "number" ? figures.reduce((sum, value) => sum + Number(!Number.isNaN(value)), 0) : 0;
      return {
        column: { name, kind, plain: { ...noPlainNumbers, count }, others: new Map() },
        numbers: figures,
        texts: undefined,
        native,
      };
    }
    const raw = cells as string[];
    const { plain, numbers, texts } = countTexts(raw);
    return { column: { name, kind, plain, others: tally(texts) }, numbers, texts, native, raw };
  });
}

function countTexts(raw: readonly string[]): {
  plain: PlainNumbers;
  numbers: Float64Array | undefined;
  texts: string[] | undefined;
} {
  const numbers = new Float64Array(raw.length).fill(Number.NaN);
  const lengths = new Map<number, number>();
  const about = { ...noPlainNumbers } as { -readonly [K in keyof PlainNumbers]: number };
  const different = new Set<string>();
  let texts: string[] | undefined;
  for (let row = 0; row < raw.length; row++) {
    const text = raw[row]!;
    if (text === "") continue;
    const value = plainValue(text);
    if (value === undefined) {
      texts ??= new Array<string>(raw.length).fill("");
      texts[row] = text;
      continue;
    }
    numbers[row] = value;
    about.count++;
    different.add(text);
    lengths.set(text.length, (lengths.get(text.length) ?? 0) + 1);
    if (text.includes(".")) {
      about.pointed++;
      if (text.length >= 5 && text.length <= 8 && text.at(-4) === "." && !text.startsWith("0")) about.grouped++;
    } else if (/^0\d/.test(text)) about.leadingZeros++;
    if (text.length > 15 && /^[+-]?\d+$/.test(text) && !Number.isSafeInteger(value)) about.wide++;
  }
  if (about.count === 0) return { plain: noPlainNumbers, numbers: undefined, texts };
  const widths = [...lengths.keys()];
  about.shortest = Math.min(...widths);
  about.longest = Math.max(...widths);
  about.sameLength = Math.max(...lengths.values());
  about.different = different.size;
  return { plain: about, numbers, texts };
}

/** What `plainSql` gives, undefined for NULL. */
function plainValue(text: string): number | undefined {
  const inner = trimmed(text);
  if (!isPlainNumber(inner) || text.includes("\u00a0")) return undefined;
  const value = Number(inner);
  return Number.isFinite(value) ? value : undefined;
}

function tally(texts: readonly string[] | undefined): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts ?? []) if (text !== "") counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

interface Counted {
  /** Cells that are there. */
  readonly cells: number;
  readonly plain: PlainNumbers;
}

async function countPart(duck: Duck, part: readonly Part[], from: string): Promise<Counted[]> {
  const first = await aggregates(
    duck,
    from,
    part.map(({ at, native }) => {
      const c = `c${at}`;
      const p = `p${at}`;
      if (native)
        return { cells: `count(${c})`, count: `count(${c})`, zeros: "0", wide: "0", pointed: "0", grouped: "0" };
      return {
        cells: `count(${c})`,
        count: `count(${p})`,
        pointed: `count(*) FILTER (WHERE contains(${c}, '.') AND ${p} IS NOT NULL)`,
        grouped: `count(*) FILTER (WHERE length(${c}) BETWEEN 5 AND 8 AND strpos(${c}, '.') = length(${c}) - 3 AND NOT starts_with(${c}, '0') AND ${p} IS NOT NULL)`,
        zeros: `count(*) FILTER (WHERE ${c} >= '00' AND ${c} < '0:' AND NOT contains(${c}, '.') AND ${p} IS NOT NULL)`,
        wide: `count(*) FILTER (WHERE CASE WHEN length(${c}) > 15 THEN regexp_full_match(${c}, '[+-]?[0-9]+') AND abs(${p}) > 9007199254740991 ELSE false END)`,
      };
    }),
  );
  // What is dearer to find out is asked of the columns in which it can matter.
  const open = part.flatMap(({ at, native }, i) => {
    const { cells, count, zeros, wide } = first[i]!;
    return !native && count! > 0 && (cells! > count! || zeros! > 0 || wide! > 0)
      ? [{ i, c: `c${at}`, p: `p${at}` }]
      : [];
  });
  const more = await aggregates(
    duck,
    from,
    open.map(({ c, p }) => {
      const number = `${p} IS NOT NULL`;
      return {
        shortest: `coalesce(min(length(${c})) FILTER (WHERE ${number}), 0)`,
        longest: `coalesce(max(length(${c})) FILTER (WHERE ${number}), 0)`,
        mode: `coalesce(mode(length(${c})) FILTER (WHERE ${number}), 0)`,
        different: `approx_count_distinct(${c}) FILTER (WHERE ${number})`,
      };
    }),
  );
  const same = await aggregates(
    duck,
    from,
    open.map(({ c, p }, k) => ({
      same: `count(*) FILTER (WHERE length(${c}) = ${more[k]!.mode} AND ${p} IS NOT NULL)`,
    })),
  );
  return part.map((_, i): Counted => {
    const { cells, count, zeros, wide, pointed, grouped } = first[i]! as Record<string, number>;
    const k = open.findIndex((one) => one.i === i);
    if (part[i]!.native)
      return { cells: cells!, plain: { ...noPlainNumbers, count: part[i]!.kind === "number" ? count! : 0 } };
    const about = {
      ...noPlainNumbers,
      count: count!,
      pointed: pointed!,
      grouped: grouped!,
      leadingZeros: zeros!,
      wide: wide!,
    };
    if (k < 0) return { cells: cells!, plain: about };
    const { shortest, longest, different } = more[k]! as Record<string, number>;
    return {
      cells: cells!,
      plain: {
        ...about,
        shortest: shortest!,
        longest: longest!,
        different: different!,
        sameLength: same[k]!.same!,
      },
    };
  });
}

/** One record of figures a column. */
async function aggregates(
  duck: Duck,
  from: string,
  columns: readonly Readonly<Record<string, string>>[],
): Promise<Record<string, number>[]> {
  if (columns.length === 0) return [];
  const sql = columns.flatMap((one, i) =>
    Object.entries(one).map(([name, value]) => `CAST(${value} AS DOUBLE) AS ${name}${i}`),
  );
  const [row] = await duck.rows(`SELECT ${sql.join(", ")} FROM ${from}`);
  return columns.map((one, i) =>
    Object.fromEntries(Object.keys(one).map((name) => [name, Number(row?.[`${name}${i}`])])),
  );
}
