// Reads a table to measure on with the columns and types of the table that was learnt from.
import {
  customaryReading,
  optionsOf,
  readTable,
  rewritten,
  type Table,
  type TableReading,
  takeColumns,
  withTarget,
} from "@lepta/data";
import type { PreparedTable } from "./prepare.ts";

export interface TestTable {
  /** The rows with a target. */
  readonly table: Table;
  readonly rejected: Table["rejected"];
  /** How many rows are put aside because their target is missing. */
  readonly withoutTarget: number;
}

/**
 * A row with a cell that cannot be read is put aside, as it would be at predict. Throws what `readTable` throws: `unknown-column` names a column of the training table that the file lacks.
 */
export async function readTestTable(
  path: string,
  { table, schema }: PreparedTable,
  reading?: TableReading,
): Promise<TestTable> {
  const target = schema.target?.name ?? "";
  const { group } = schema;
  const names = [...schema.features.map(({ name }) => name), target, ...(group === undefined ? [] : [group])];
  const columns = takeColumns(table, names).columns;
  const readings = Object.fromEntries(
    columns.map(({ name, type, reading: own = customaryReading(type) }) => [
      name,
      rewritten(own, optionsOf(name, reading)),
    ]),
  );
  const read = await readTable(path, { readings, target, unreadable: "reject" });
  const { table: labelled } = withTarget(takeColumns(read, names), target);
  return { table: labelled, rejected: read.rejected, withoutTarget: read.rowCount - labelled.rowCount };
}
