// A table's column as the kind of input takes it.
import { type Column, isNumeric, type NumericColumn, type StringColumn } from "@lepta/data";
import { MlError } from "../errors.ts";

/** Throws `training-rows-invalid`. */
export function numbersOf(column: Column): NumericColumn {
  return isNumeric(column) ? column : mismatch(column, "numbers");
}

/** Throws `training-rows-invalid`. */
export function stringsOf(column: Column): StringColumn {
  return isNumeric(column) ? mismatch(column, "strings") : column;
}

function mismatch({ name, type }: Column, wanted: string): never {
  throw new MlError(
    "training-rows-invalid",
    `The column "${name}" is of type ${type} in the table; the schema's type is one of ${wanted}.`,
    "Infer the schema from the table that is learnt from.",
  );
}
