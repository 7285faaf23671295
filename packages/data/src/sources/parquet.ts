// Parquet through DuckDB: types come from the file.
import type { Duck } from "../duck.ts";
import { DataError } from "../errors.ts";
import type { ColumnType } from "../table.ts";
import { plainPath } from "./format.ts";
import type { Loaded, ReadContext } from "./loaded.ts";
import { rowNumbersOf } from "./row-numbers.ts";
import { settle } from "./settle.ts";

const integer = /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/;
const fraction = /^(FLOAT|DOUBLE|DECIMAL.*)$/;
const temporal = /^(DATE|TIMESTAMP.*)$/;

interface Described {
  readonly column_name: string;
  readonly column_type: string;
}

/** Loads the file into the temporary table `loaded`. Throws `file-unreadable`. */
export async function loadParquet(context: ReadContext): Promise<Loaded> {
  const { duck, path, types } = context;
  const plain = await plainPath(path, context.scratch, ".parquet");
  context.onProgress({ stage: "read" });
  try {
    const from = "read_parquet($1, hive_partitioning = false)";
    const described = (await duck.rows(`DESCRIBE SELECT * FROM ${from}`, [plain])) as unknown as Described[];
    const natives = described.map(({ column_name }, i) => `"${column_name.replaceAll('"', '""')}" AS c${i}`);
    await duck.run(
      `CREATE TEMP TABLE natives AS SELECT row_number() OVER () AS line, ${natives.join(", ")} FROM ${from}`,
      [plain],
    );
    const kinds = await kindsOf(duck, described);
    const markers = ["", ...context.missing];
    const missing = markers.map((_, i) => `$${i + 1}`).join(", ");
    const columns = kinds.map((kind, i) => {
      const text = `CAST(c${i} AS VARCHAR)`;
      if (kind === undefined) return `CASE WHEN ${text} NOT IN (${missing}) THEN ${text} END AS c${i}`;
      return `${kind === "number" ? `CAST(c${i} AS DOUBLE)` : kind === "timestamp" ? `CAST(c${i} AS TIMESTAMPTZ)` : `c${i}`} AS c${i}`;
    });
    await duck.run(
      `CREATE TEMP TABLE numbered AS SELECT line, '' AS text, ${columns.join(", ")} FROM natives`,
      kinds.includes(undefined) ? markers : [],
    );
    const names = described.map(({ column_name }) => column_name);
    const settled = await settle(
      duck,
      names,
      kinds,
      names.map((name) => types[name]),
    );
    return { names, notes: [], ...settled, rowNumbers: rowNumbersOf(settled.kept, settled.rejected) };
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

/** The type that the file tells, undefined for strings, and for integers that a double does not hold exactly. */
async function kindsOf(duck: Duck, described: readonly Described[]): Promise<(ColumnType | undefined)[]> {
  const integers = described.flatMap(({ column_type }, i) => (integer.test(column_type) ? [i] : []));
  const wide = new Set<number>();
  if (integers.length > 0) {
    const largest = integers.map((i) => `coalesce(max(abs(CAST(c${i} AS DOUBLE))) > 9007199254740991, false) AS w${i}`);
    const [row] = await duck.rows(`SELECT ${largest.join(", ")} FROM natives`);
    for (const i of integers) if (row?.[`w${i}`] === true) wide.add(i);
  }
  return described.map(({ column_type }, i) => {
    if (wide.has(i)) return undefined;
    if (integer.test(column_type) || fraction.test(column_type)) return "number";
    if (column_type === "BOOLEAN") return "boolean";
    return temporal.test(column_type) ? "timestamp" : undefined;
  });
}
