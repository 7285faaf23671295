// Columns of a scored file that stand beside its predictions, so that they can be joined to where the rows came from.
import { type Column, readTable, suggestName, type Table, takeColumns, takeRows } from "@lepta/data";
import { CliError } from "../errors.ts";

/**
 * The columns as they stand in the file, each value as text: a key keeps its zeros and every digit, whatever the model
 * reads in it.
 * @param table the rows that are scored, as they were read from the file
 * @param wanted names; one that is no column is taken for several with commas between them
 * Throws `columns-mismatch`, and `rows-ambiguous` where the file's broken quoting leaves open which row is which.
 */
export async function keptColumns(path: string, table: Table, wanted: readonly string[]): Promise<readonly Column[]> {
  const names = new Set(wanted.flatMap((name) => namesOf(name, table)));
  if (names.size === 0) return [];
  const types = Object.fromEntries([...names].map((name) => [name, "text" as const]));
  const whole = await readTable(path, { types, reading: { na: [""] } });
  const rows = rowsIn(whole, table, path);
  return takeRows(takeColumns(whole, [...names]), rows).columns;
}

function namesOf(wanted: string, { columns }: Table): string[] {
  const known = columns.map(({ name }) => name);
  if (known.includes(wanted)) return [wanted];
  const several = wanted.split(",").map((name) => name.trim());
  for (const name of several) {
    if (known.includes(name)) continue;
    throw new CliError("columns-mismatch", `--keep ${name}: the file has no such column.`, suggestName(name, known));
  }
  return several;
}

/** Where the rows of `table` stand in `whole`, in which rows with a value of another type were not put aside. */
function rowsIn(whole: Table, table: Table, path: string): Int32Array {
  const places = numbersOf(whole);
  const numbers = numbersOf(table);
  if (places === undefined || numbers === undefined) {
    const lines = ({ rejected }: Table): string => rejected.map(({ line }) => line).join();
    if (lines(whole) === lines(table)) return Int32Array.from({ length: table.rowCount }, (_, i) => i);
    throw new CliError(
      "rows-ambiguous",
      `"${path}" has rows with broken quotes: which row a prediction belongs to cannot be told.`,
      "Correct the quotes, or leave --keep out.",
    );
  }
  const indexOf = new Map(Array.from(places, (number, index) => [number, index]));
  return Int32Array.from(numbers, (number) => indexOf.get(number) as number);
}

/** The number of each row among the file's, from 1; undefined where it is left open. */
function numbersOf({ rowNumbers, rejected, rowCount }: Table): Float64Array | undefined {
  if (rowNumbers !== undefined) return rowNumbers;
  return rejected.length === 0 ? Float64Array.from({ length: rowCount }, (_, i) => i + 1) : undefined;
}
