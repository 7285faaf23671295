// Which columns of a file say what a row holds, whatever its place.
import { countsRows } from "../schema.ts";
import { type Column, isNumeric } from "../table.ts";

/** Places of the columns that a row's key is of, in order of name: all but those that only number the rows. */
export function keyColumns(columns: readonly Column[]): number[] {
  const used = columns.flatMap((column, i) => (isCounter(column) ? [] : [{ name: column.name, i }]));
  return used.sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ i }) => i);
}

/** Whatever type the column was given: rows that are numbered anew are the same rows. */
function isCounter(column: Column): boolean {
  if (isNumeric(column)) return column.type === "number" && countsRows(column);
  if (!/^\d+$/.test(column.data[0] ?? "")) return false;
  return countsRows({
    name: column.name,
    data: Float64Array.from(column.data, (value) => (/^\d+$/.test(value) ? Number(value) : Number.NaN)),
  });
}
