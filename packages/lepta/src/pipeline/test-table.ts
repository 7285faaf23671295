// Reads a table to measure on with the columns and types of the table that was learnt from.
import { readTable, type Table, takeColumns, withTarget } from "@lepta/data";
import type { PreparedTable } from "./prepare.ts";

/** Throws what `readTable` throws: `unknown-column` names a column of the training table that the file lacks. */
export async function readTestTable(path: string, { table, schema }: PreparedTable): Promise<Table> {
  const target = schema.target?.name ?? "";
  const names = [...schema.features.map(({ name }) => name), target];
  const columns = takeColumns(table, names).columns;
  const types = Object.fromEntries(columns.map(({ name, type }) => [name, type]));
  return withTarget(takeColumns(await readTable(path, { types }), names), target).table;
}
