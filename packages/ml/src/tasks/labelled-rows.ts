// The target that a schema names, and the rows that have it.
import { columnOf, labelAt, type Schema, type SchemaTarget, type Table } from "@lepta/data";
import { MlError } from "../errors.ts";

/** Throws `task-unsupported` where the schema names no target. */
export function targetIn(schema: Pick<Schema, "target">): SchemaTarget {
  if (schema.target !== undefined) return schema.target;
  throw new MlError(
    "task-unsupported",
    "The schema names no target to learn.",
    "Infer the schema with a target: inferSchema(table, { target }).",
  );
}

/** Row numbers whose target is not missing. */
export function labelledRows(table: Table, target: SchemaTarget): Int32Array {
  const column = columnOf(table, target.name);
  return Int32Array.from({ length: table.rowCount }, (_, row) => row).filter(
    (row) => labelAt(column, row) !== undefined,
  );
}

/** Throws `training-rows-invalid` where there are fewer than two rows. */
export function checkEnough({ rowCount }: Pick<Table, "rowCount">): void {
  if (rowCount < 2) throw tooFew(`${rowCount} rows with a target are too few to learn from.`);
}

export function tooFew(message: string, wanted = ""): MlError {
  return new MlError("training-rows-invalid", message, `Give more rows to learn from${wanted}.`);
}
