// SQL for the row keys of a file: what each row holds as it is written, before any type is decided.
import { createHash } from "node:crypto";
import type { Duck } from "../duck.ts";
import { countsRows } from "../schema.ts";
import { type Column, isNumeric } from "../table.ts";
import type { RawCells } from "./raw-columns.ts";

/**
 * A DOUBLE for each row of the table `loaded`: the first 53 bits of the MD5 of the fields, columns in order of name.
 * A number that a file keeps as 3.0 is 3, so that CSV, NDJSON and Parquet of one table mostly agree. (DuckDB's own
 * `hash` would be faster, but another version may compute it otherwise, and parts must outlive an update.)
 */
function rowKeySql(used: readonly number[], cells: readonly RawCells[]): string {
  const fields = used.map((i) => {
    // Columns in which no text ends so are spared the look.
    if (cells[i]!.pointZero === false) return `coalesce(c${i}, '')`;
    const text = `CAST(c${i} AS VARCHAR)`;
    return `coalesce(CASE WHEN ends_with(${text}, '.0') THEN left(${text}, length(${text}) - 2) ELSE ${text} END, '')`;
  });
  return `CAST(md5_number_upper(concat_ws(chr(31), '', ${fields.join(", ") || "''"})) >> 11 AS DOUBLE)`;
}

/** Places of the columns that a row's key is of, in order of name. */
function keyColumns(columns: readonly Column[]): number[] {
  const used = columns.flatMap((column, i) => (isCounter(column) ? [] : [{ name: column.name, i }]));
  return used.sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ i }) => i);
}

/** The keys of the rows of `loaded`; from the cells' texts where those are at hand, which is the same. */
export async function rowKeys(
  duck: Duck,
  columns: readonly Column[],
  cells: readonly RawCells[],
  rowCount: number,
): Promise<Float64Array> {
  const used = keyColumns(columns);
  if (used.some((i) => cells[i]!.raw === undefined))
    return (await duck.columns(`SELECT ${rowKeySql(used, cells)} FROM loaded`))[0] as Float64Array;
  const texts = used.map((i) => cells[i]!.raw!);
  return Float64Array.from({ length: rowCount }, (_, row) => {
    let text = "";
    for (const column of texts) {
      const field = column[row]!;
      text += `\u001f${field.endsWith(".0") ? field.slice(0, -2) : field}`;
    }
    return upper53(
      createHash("md5")
        .update(texts.length === 0 ? "\u001f" : text)
        .digest(),
    );
  });
}

/** `md5_number_upper(…) >> 11`. */
function upper53(digest: Buffer): number {
  return digest.readUInt32LE(4) * 2 ** 21 + (digest.readUInt32LE(0) >>> 11);
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
