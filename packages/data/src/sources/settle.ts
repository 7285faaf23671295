// The last step of typed sources (Parquet, NDJSON): decide each column's type and put aside the rows that do not fit.
import type { Duck } from "../duck.ts";
import type { ColumnType, RejectedRow } from "../table.ts";
import { inferTypes, unparsedSql } from "./column-types.ts";

export interface Settled {
  readonly types: readonly ColumnType[];
  readonly infinite: readonly number[];
  readonly rejected: readonly RejectedRow[];
  /** Lines of the rows of `loaded`, ascending. */
  readonly kept: readonly number[];
}

/**
 * Takes the table `numbered` (line, text, c0, c1, …; strings NULL where missing) to the table `loaded` (line, c0, c1, …).
 * `kinds` are the types that the source itself tells; a string column of the source stays one (category, text, or
 * timestamp where it holds ISO 8601) whatever its digits look like. A declared type goes before both.
 */
export async function settle(
  duck: Duck,
  names: readonly string[],
  kinds: readonly (ColumnType | undefined)[],
  declared: readonly (ColumnType | undefined)[],
): Promise<Settled> {
  // A number as a string is written as the CSV of the same table would: 3, not 3.0.
  const strings = kinds.map((kind, i) =>
    kind === "number"
      ? `CASE WHEN TRY_CAST(c${i} AS DOUBLE) = TRY_CAST(TRY_CAST(c${i} AS DOUBLE) AS BIGINT) THEN CAST(TRY_CAST(TRY_CAST(c${i} AS DOUBLE) AS BIGINT) AS VARCHAR) ELSE CAST(c${i} AS VARCHAR) END AS c${i}`
      : `CAST(c${i} AS VARCHAR) AS c${i}`,
  );
  await duck.run(`CREATE TEMP TABLE texts AS SELECT line, text, ${strings.join(", ")} FROM numbered`);
  const inferred = await inferTypes(
    duck,
    "texts",
    kinds.map((kind, i) => declared[i] ?? kind),
  );
  const types = inferred.map(({ type }, i): ColumnType => {
    if (declared[i] !== undefined || kinds[i] !== undefined) return type;
    return type === "text" || type === "timestamp" ? type : "category";
  });
  const bad = types.map((type, i) => unparsedSql(`c${i}`, type));
  const rows = await duck.rows(
    `SELECT CAST(line AS DOUBLE) AS line, text, ${types.map((_, i) => `CASE WHEN ${bad[i]} THEN c${i} END AS b${i}`).join(", ")}
     FROM texts WHERE ${bad.join(" OR ")} ORDER BY line`,
  );
  const rejected = rows.map((row): RejectedRow => {
    const wrong = names.flatMap((name, i) => {
      const value = row[`b${i}`];
      return value === null ? [] : [`column "${name}": ${JSON.stringify(value)} is not a ${types[i]}`];
    });
    return { line: Number(row.line), reason: wrong.join("; "), text: String(row.text ?? "").slice(0, 500) };
  });
  // Where the source's own type is kept, so is its value, which never went by a string.
  const values = types.map((type, i) => `${kinds[i] === type ? "numbered" : "texts"}.c${i} AS c${i}`);
  await duck.run(
    `CREATE TEMP TABLE loaded AS SELECT ${["numbered.line AS line", ...values].join(", ")} FROM numbered JOIN texts USING (line)
     WHERE NOT (${bad.map((sql) => sql.replaceAll(/\bc(\d+)\b/g, "texts.c$1")).join(" OR ")}) ORDER BY line`,
  );
  const kept = await duck.rows("SELECT CAST(line AS DOUBLE) AS line FROM loaded");
  return {
    kept: kept.map(({ line }) => Number(line)),
    types,
    infinite: inferred.map(({ infinite }) => infinite),
    rejected,
  };
}
