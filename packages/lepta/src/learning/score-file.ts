// Reads a table for a bundle's model: its columns as the model reads them, with or without the target.
import {
  type ColumnReading,
  DataError,
  optionsOf,
  readTable,
  rewritten,
  type Table,
  type TableReading,
} from "@lepta/data";
import type { Manifest } from "@lepta/ml";
import { CliError } from "../errors.ts";
import { targetType } from "./outcomes.ts";

export interface ReadForModelOptions {
  readonly withTarget: boolean;
  /** Where the file is written in another way than the data that the model was trained on. */
  readonly reading?: TableReading;
  /** What a cell that cannot be read does: its row is put aside, or it counts as missing. Default "reject". */
  readonly unreadable?: "missing" | "reject";
}

/**
 * Throws `columns-mismatch` where a column of the model is not in the file, `cells-unreadable` where one cannot be read
 * as the model reads it, and whatever reading throws.
 */
export async function readForModel(path: string, manifest: Manifest, options: ReadForModelOptions): Promise<Table> {
  const { withTarget, reading, unreadable = "reject" } = options;
  const read = (name: string, own: ColumnReading): [string, ColumnReading] => [
    name,
    rewritten(own, optionsOf(name, reading)),
  ];
  // Not by assignment: a column may be named "__proto__".
  const readings = Object.fromEntries([
    ...manifest.inputs.map((input) => read(input.name, input.reading)),
    ...(withTarget ? [read(manifest.target, { ...manifest.targetReading, type: targetType(manifest.outcome) })] : []),
  ]);
  try {
    return await readTable(path, {
      readings,
      unreadable,
      ...(withTarget ? { target: manifest.target } : {}),
      ...(reading === undefined ? {} : { reading }),
    });
  } catch (error) {
    if (!(error instanceof DataError) || error.code !== "unknown-column") throw error;
    const { column: missing = "" } = error.where;
    throw new CliError(
      "columns-mismatch",
      missing === manifest.target
        ? `"${path}" has no column "${missing}", the target that the model is measured by.`
        : `"${path}" has no column "${missing}", which the model takes.`,
      `Give a file with these columns: ${Object.keys(readings).join(", ")}.`,
      { cause: error },
    );
  }
}

/** The cells that could not be read in the model's columns; the file's other columns are of no matter. */
export function unreadableFor({ unreadable }: Table, { inputs }: Manifest): Table["unreadable"] {
  const used = new Set(inputs.map(({ name }) => name));
  return unreadable.filter(({ column }) => used.has(column));
}
