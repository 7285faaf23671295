// SQL for the row keys of a file: what each row holds as it is written, before any type is decided.
import { countsRows } from "../schema.ts";
import { type Column, isNumeric } from "../table.ts";

/**
 * A DOUBLE for each row of the table `loaded`: the first 53 bits of the MD5 of the fields, columns in order of name.
 * A number that a file keeps as 3.0 is 3, so that CSV, NDJSON and Parquet of one table mostly agree. (DuckDB's own
 * `hash` would be faster, but another version may compute it otherwise, and parts must outlive an update.)
 */
export function rowKeySql(columns: readonly Column[]): string {
  const used = columns.flatMap((column, i) => (isCounter(column) ? [] : [{ name: column.name, i }]));
  used.sort((a, b) => (a.name < b.name ? -1 : 1));
  const fields = used.map(({ i }) => {
    const text = `CAST(c${i} AS VARCHAR)`;
    return `coalesce(CASE WHEN ends_with(${text}, '.0') THEN left(${text}, length(${text}) - 2) ELSE ${text} END, '')`;
  });
  return `CAST(md5_number_upper(concat_ws(chr(31), '', ${fields.join(", ") || "''"})) >> 11 AS DOUBLE)`;
}

/** Whether a column numbers the rows, whatever type it was given: rows that are numbered anew are the same rows. */
function isCounter(column: Column): boolean {
  if (isNumeric(column)) return column.type === "number" && countsRows(column);
  if (!/^\d+$/.test(column.data[0] ?? "")) return false;
  return countsRows({
    name: column.name,
    data: Float64Array.from(column.data, (value) => (/^\d+$/.test(value) ? Number(value) : Number.NaN)),
  });
}
