// Parquet through DuckDB: types come from the file.

import type { ColumnType } from "../column-type.ts";
import type { Duck } from "../duck.ts";
import { DataError } from "../errors.ts";
import type { SourceKind } from "../reading/raw-column.ts";
import { type DuckTable, duckLoaded } from "./duck-loaded.ts";
import { plainPath } from "./format.ts";
import type { Loaded, ReadContext } from "./loaded.ts";

const integer = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL\(\d+,0\))$/;
const fraction = /^(FLOAT|DOUBLE|DECIMAL.*)$/;
const temporal = /^(DATE|TIMESTAMP.*)$/;

/** Columns of one statement: DuckDB plans thousands of expressions slowly. */
const together = 100;

/** Throws `file-unreadable`. */
export async function loadParquet(context: ReadContext): Promise<Loaded> {
  const duck = await context.duck();
  return await duckLoaded(duck, await readTypes(duck, context));
}

/** Loads the file into the temporary table `loaded`. */
async function readTypes(duck: Duck, context: ReadContext): Promise<DuckTable> {
  const { path, declared } = context;
  const plain = await plainPath(path, context.scratch, ".parquet");
  context.onProgress({ stage: "read" });
  try {
    const from = "read_parquet($1, hive_partitioning = false)";
    const described = await duck.rows(`DESCRIBE SELECT * FROM ${from}`, [plain]);
    const types = described.map(({ column_type }) => String(column_type));
    const names = await namesOf(
      duck,
      plain,
      described.map(({ column_name }) => String(column_name)),
    );
    const natives = described.map(({ column_name }, i) => `"${String(column_name).replaceAll('"', '""')}" AS c${i}`);
    await duck.run(`CREATE TEMP TABLE natives AS SELECT ${natives.join(", ")} FROM ${from}`, [plain]);
    const told = await kindsOf(duck, types);
    const figures = told.map((kind, i) => isNative(kind, declared(names[i]!)));
    const columns = told.map((kind, i) => `${figures[i] ? figureSql(`c${i}`, kind) : textSql(`c${i}`, kind)} AS c${i}`);
    await duck.run(`CREATE TEMP TABLE loaded AS SELECT ${columns.join(", ")} FROM natives`);
    const [count] = await duck.rows("SELECT CAST(count(*) AS DOUBLE) AS n FROM loaded");
    return {
      names,
      kinds: told.map((kind, i): SourceKind => (figures[i] ? kind : kind === undefined ? "string" : undefined)),
      native: figures,
      rejected: [],
      notes: [],
      lines: async () => Float64Array.from({ length: Number(count?.n) }, (_, row) => row + 1),
      texts: async (rows) => rows.map(() => ""),
    };
  } catch (cause) {
    if (!(cause instanceof Error) || cause instanceof DataError || cause.name === "AbortError") throw cause;
    throw new DataError(
      "file-unreadable",
      `"${path}" cannot be read as Parquet: ${cause.message.split("\n")[0]}`,
      "Check that the file is whole and is Parquet.",
      cause,
    );
  }
}

/** The names as the file has them: DuckDB renames those that differ by case alone. */
async function namesOf(duck: Duck, path: string, described: readonly string[]): Promise<readonly string[]> {
  const elements = await duck.rows(
    "SELECT name, CAST(coalesce(num_children, 0) AS DOUBLE) AS children FROM parquet_schema($1)",
    [path],
  );
  const names: string[] = [];
  // Depth first: a group is followed by all that is inside of it.
  const skip = (at: number): number => {
    let next = at + 1;
    for (let child = 0; child < Number(elements[at]?.children); child++) next = skip(next);
    return next;
  };
  for (let at = 1; at < elements.length; at = skip(at)) names.push(String(elements[at]!.name));
  return names.length === described.length ? names : described;
}

type Told = "number" | "boolean" | "timestamp" | undefined;

/** The type that the file tells, undefined for strings, and for integers that a double does not hold exactly. */
async function kindsOf(duck: Duck, types: readonly string[]): Promise<Told[]> {
  const integers = types.flatMap((type, i) => (integer.test(type) ? [i] : []));
  const wide = new Set<number>();
  for (let start = 0; start < integers.length; start += together) {
    const part = integers.slice(start, start + together);
    const largest = part.map((i) => `coalesce(max(abs(CAST(c${i} AS DOUBLE))) > 9007199254740991, false) AS w${i}`);
    const [row] = await duck.rows(`SELECT ${largest.join(", ")} FROM natives`);
    for (const i of part) if (row?.[`w${i}`] === true) wide.add(i);
  }
  return types.map((type, i) => {
    if (wide.has(i)) return undefined;
    if (integer.test(type) || fraction.test(type)) return "number";
    if (type === "BOOLEAN") return "boolean";
    return temporal.test(type) ? "timestamp" : undefined;
  });
}

/** Whether the file's own figures are what the table is to hold. */
function isNative(kind: Told, declared: ColumnType | undefined): boolean {
  if (kind === undefined) return false;
  return declared === undefined || declared === kind || (kind === "boolean" && declared === "number");
}

function figureSql(column: string, kind: Told): string {
  if (kind === "boolean") return `CAST(CAST(${column} AS INTEGER) AS DOUBLE)`;
  if (kind === "number") return `CAST(${column} AS DOUBLE)`;
  const time = `CAST(${column} AS TIMESTAMPTZ)`;
  return `CASE WHEN isfinite(${time}) THEN CAST(epoch_ms(${time}) AS DOUBLE) END`;
}

/** As the CSV of the same table has it: 3, not 3.0. */
function textSql(column: string, kind: Told): string {
  const text = `CAST(${column} AS VARCHAR)`;
  if (kind === "timestamp") return `strftime(CAST(${column} AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%gZ')`;
  return kind === "number" ? `regexp_replace(${text}, '\\.0+$', '')` : `nullif(${text}, '')`;
}
