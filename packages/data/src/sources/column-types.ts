// Which type a column of strings has, decided on all of its values, and the SQL that turns it into that type.
import type { Duck } from "../duck.ts";
import type { ColumnType } from "../table.ts";

/** Spellings of a missing value, compared as they stand. The empty field is always one. */
export const defaultMissing: readonly string[] = ["NA", "N/A", "#N/A", "NaN", "nan", "null", "NULL", "?"];

export interface InferredColumn {
  readonly type: ColumnType;
  /** Values that are not of the type: their rows are put aside. */
  readonly unparsed: number;
  /** Infinite numbers: they are read as missing. */
  readonly infinite: number;
}

/**
 * How many values that are no numbers (booleans, times) a column of `count` values may hold and still be one, so that
 * a slip of the pen puts a row aside instead of turning the column into thousands of categories: 2 %, and one from 20
 * values on.
 */
export function tolerated(count: number): number {
  return Math.max(count >= 20 ? 1 : 0, Math.floor(count * 0.02));
}

/** A category has at most this many different values, or at most half as many as it has values. */
const categoryLimit = 50;
/** Above this mean length, in characters, strings are text. */
const textLength = 60;

const parses: Readonly<Record<ColumnType, (c: string) => string>> = {
  number: (c) => `TRY_CAST(${c} AS DOUBLE)`,
  boolean: (c) => `TRY_CAST(${c} AS BOOLEAN)`,
  // With a zone: a plain TIMESTAMP drops the offset of 10:00+02:00 unsaid.
  timestamp: (c) => `TRY_CAST(${c} AS TIMESTAMPTZ)`,
  category: (c) => c,
  text: (c) => c,
};

/** The type that DuckDB casts to when it reads a column as this one. */
export const sqlTypes: Readonly<Record<ColumnType, "DOUBLE" | "BOOLEAN" | "TIMESTAMPTZ" | "VARCHAR">> = {
  number: "DOUBLE",
  boolean: "BOOLEAN",
  timestamp: "TIMESTAMPTZ",
  category: "VARCHAR",
  text: "VARCHAR",
};

/** SQL for the value as the table holds it: DOUBLE or VARCHAR. */
export function valueSql(column: string, type: ColumnType): string {
  const parsed = parses[type](column);
  if (type === "number") return `CASE WHEN isfinite(${parsed}) THEN ${parsed} END`;
  if (type === "boolean") return `CAST(CAST(${parsed} AS INTEGER) AS DOUBLE)`;
  if (type === "timestamp") return `CASE WHEN isfinite(${parsed}) THEN CAST(epoch_ms(${parsed}) AS DOUBLE) END`;
  return parsed;
}

/** SQL for: the value is there and is not of the type. */
export function unparsedSql(column: string, type: ColumnType): string {
  return `(${column} IS NOT NULL AND ${parses[type](column)} IS NULL)`;
}

/**
 * Types of the VARCHAR columns c0, c1, … of a table, NULL where missing. A declared type stands. Else a column whose
 * values are numbers (save those tolerated) is one, unless some have leading zeros or 16 digits and more, which are
 * codes; true and false make a boolean; times begin with a date in ISO 8601; the rest is text where it is long or
 * mostly different, and a category where not.
 */
export async function inferTypes(
  duck: Duck,
  table: string,
  declared: readonly (ColumnType | undefined)[],
): Promise<InferredColumn[]> {
  const numbers = await counts(duck, table, declared, (c, type) => ({
    n: `${c} IS NOT NULL`,
    parsed: `${parses[type ?? "number"](c)} IS NOT NULL`,
    infinite: (type ?? "number") === "number" ? `isinf(${parses.number(c)})` : "false",
    code:
      type === undefined
        ? `(${c}[1] = '0' AND ${c}[2] BETWEEN '0' AND '9') OR CASE WHEN length(${c}) > 15 THEN regexp_matches(${c}, '^[+-]?[0-9]{16,}$') ELSE false END`
        : "false",
  }));
  const isNumber = numbers.map((s) => s.n > 0 && s.code === 0 && s.parsed >= s.n - tolerated(s.n));
  // What is dearer to find out is asked of the columns that are not numbers, and of no other.
  const open = declared.flatMap((type, i) => (type === undefined && !isNumber[i] ? [i] : []));
  const others = await counts(
    duck,
    `(SELECT ${open.map((i, at) => `c${i} AS c${at}`).join(", ")} FROM ${table})`,
    open.map(() => undefined),
    (c) => ({
      n: `${c} IS NOT NULL`,
      word: `lower(${c}) IN ('true', 'false')`,
      date: `CASE WHEN ${c}[5] = '-' AND ${c}[8] = '-' THEN ${parses.timestamp(c)} IS NOT NULL ELSE false END`,
    }),
    (c) => ({ different: `count(DISTINCT ${c})`, length: `coalesce(avg(length(${c})), 0)` }),
  );
  return declared.map((given, i) => {
    const s = numbers[i]!;
    if (given !== undefined) return { type: given, unparsed: s.n - s.parsed, infinite: s.infinite };
    if (isNumber[i]) return { type: "number", unparsed: s.n - s.parsed, infinite: s.infinite };
    const other = others[open.indexOf(i)]!;
    const type = stringType(other);
    const parsed = type === "boolean" ? other.word : type === "timestamp" ? other.date : other.n;
    return { type, unparsed: other.n - parsed, infinite: 0 };
  });
}

function stringType(s: Record<"n" | "word" | "date" | "different" | "length", number>): ColumnType {
  if (s.n === 0) return "category";
  const enough = s.n - tolerated(s.n);
  if (s.word >= enough) return "boolean";
  if (s.date >= enough) return "timestamp";
  if (s.length > textLength) return "text";
  return s.different > categoryLimit && s.different > s.n / 2 ? "text" : "category";
}

/** For each column, how many of its values meet each condition, and its further aggregates. */
async function counts<K extends string, A extends string = never>(
  duck: Duck,
  table: string,
  declared: readonly (ColumnType | undefined)[],
  conditions: (column: string, type: ColumnType | undefined) => Record<K, string>,
  aggregates?: (column: string) => Record<A, string>,
): Promise<Record<K | A, number>[]> {
  if (declared.length === 0) return [];
  const names: string[] = [];
  const columns = declared.flatMap((type, i) => {
    const wheres = Object.entries<string>(conditions(`c${i}`, type)).map(
      ([name, where]) => [name, `count(*) FILTER (WHERE ${where})`] as const,
    );
    return [...wheres, ...Object.entries<string>(aggregates?.(`c${i}`) ?? {})].map(([name, sql]) => {
      if (i === 0) names.push(name);
      return `CAST(${sql} AS DOUBLE) AS ${name}${i}`;
    });
  });
  const [row] = await duck.rows(`SELECT ${columns.join(", ")} FROM ${table}`);
  return declared.map(
    (_, i) => Object.fromEntries(names.map((name) => [name, Number(row?.[`${name}${i}`])])) as Record<K | A, number>,
  );
}
