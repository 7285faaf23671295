// Reads a table for a bundle's model: its columns by the manifest's types, with or without the target.
import { type ColumnType, DataError, readTable, type Table } from "@lepta/data";
import type { Manifest } from "@lepta/ml";
import { CliError } from "../errors.ts";

/**
 * How the target's values read: numbers and booleans as such, so that they compare as they were learnt. Classes such as
 * "01" were learnt as codes: as numbers they would be other classes.
 */
export function targetType({ classes }: Pick<Manifest, "classes">): ColumnType {
  if (classes === null || classes.every((label) => String(Number(label)) === label && label !== "NaN")) return "number";
  return classes.every((label) => label === "true" || label === "false") ? "boolean" : "category";
}

/** Throws `columns-mismatch` where a column of the model is not in the file, and whatever reading throws. */
export async function readForModel(
  path: string,
  manifest: Manifest,
  options: { readonly withTarget: boolean },
): Promise<Table> {
  const types: Record<string, ColumnType> = Object.fromEntries(manifest.inputs.map(({ name, type }) => [name, type]));
  if (options.withTarget) types[manifest.target] = targetType(manifest);
  try {
    return await readTable(path, { types });
  } catch (error) {
    if (!(error instanceof DataError) || error.code !== "unknown-column") throw error;
    const { column: missing = "" } = error.where;
    throw new CliError(
      "columns-mismatch",
      missing === manifest.target
        ? `"${path}" has no column "${missing}", the target that the model is measured by.`
        : `"${path}" has no column "${missing}", which the model takes.`,
      `Give a file with these columns: ${Object.keys(types).join(", ")}.`,
      { cause: error },
    );
  }
}
