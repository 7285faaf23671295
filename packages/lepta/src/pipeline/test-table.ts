// Reads a table to measure on with the columns and types of the table that was learnt from.
import { readTable, type Table, takeColumns, withTarget } from "@lepta/data";
import type { PreparedTable } from "./prepare.ts";

export interface TestTable {
  /** The rows with a target. */
  readonly table: Table;
  readonly rejected: Table["rejected"];
  /** How many rows are put aside because their target is missing. */
  readonly withoutTarget: number;
}

/** Throws what `readTable` throws: `unknown-column` names a column of the training table that the file lacks. */
export async function readTestTable(path: string, { table, schema }: PreparedTable): Promise<TestTable> {
  const target = schema.target?.name ?? "";
  const { group } = schema;
  const names = [...schema.features.map(({ name }) => name), target, ...(group === undefined ? [] : [group])];
  const columns = takeColumns(table, names).columns;
  const types = Object.fromEntries(columns.map(({ name, type }) => [name, type]));
  const read = await readTable(path, { types });
  const { table: labelled } = withTarget(takeColumns(read, names), target);
  return { table: labelled, rejected: read.rejected, withoutTarget: read.rowCount - labelled.rowCount };
}
