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
  timestamp: (c) => `TRY_CAST(${c} AS TIMESTAMP)`,
  category: (c) => c,
  text: (c) => c,
};

/** The type that DuckDB casts to when it reads a column as this one. */
export const sqlTypes: Readonly<Record<ColumnType, "DOUBLE" | "BOOLEAN" | "TIMESTAMP" | "VARCHAR">> = {
  number: "DOUBLE",
  boolean: "BOOLEAN",
  timestamp: "TIMESTAMP",
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
  if (declared.length === 0) return [];
  const counts = declared.map((_, i) => {
    const c = `c${i}`;
    const filters = {
      n: `${c} IS NOT NULL`,
      number: `TRY_CAST(${c} AS DOUBLE) IS NOT NULL`,
      infinite: `isinf(TRY_CAST(${c} AS DOUBLE))`,
      code: `regexp_matches(${c}, '^[+-]?(0[0-9]|[0-9]{16,}$)')`,
      word: `lower(${c}) IN ('true', 'false')`,
      boolean: `TRY_CAST(${c} AS BOOLEAN) IS NOT NULL`,
      date: `regexp_matches(${c}, '^[0-9]{4}-[0-9]{2}-[0-9]{2}') AND TRY_CAST(${c} AS TIMESTAMP) IS NOT NULL`,
      timestamp: `TRY_CAST(${c} AS TIMESTAMP) IS NOT NULL`,
    };
    const parts = Object.entries(filters).map(([name, where]) => `'${name}': count(*) FILTER (WHERE ${where})`);
    return `{${parts.join(", ")}, 'different': count(DISTINCT ${c}), 'length': coalesce(avg(length(${c})), 0)} AS s${i}`;
  });
  const [row] = await duck.rows(`SELECT ${counts.join(", ")} FROM ${table}`);
  return declared.map((given, i) => {
    const raw = row?.[`s${i}`] as Record<string, string | number>;
    const s = Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, Number(value)])) as Record<
      "n" | "number" | "infinite" | "code" | "word" | "boolean" | "date" | "timestamp" | "different" | "length",
      number
    >;
    const type = given ?? typeOf(s);
    const parsed = type === "category" || type === "text" ? s.n : s[type];
    return { type, unparsed: s.n - parsed, infinite: type === "number" ? s.infinite : 0 };
  });
}

function typeOf(s: Record<"n" | "number" | "code" | "word" | "date" | "different" | "length", number>): ColumnType {
  if (s.n === 0) return "category";
  const enough = s.n - tolerated(s.n);
  if (s.number >= enough && s.code === 0) return "number";
  if (s.word >= enough) return "boolean";
  if (s.date >= enough) return "timestamp";
  if (s.length > textLength) return "text";
  return s.different > categoryLimit && s.different > s.n / 2 ? "text" : "category";
}
