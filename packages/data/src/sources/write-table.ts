// Writes a table to a file: CSV, TSV, NDJSON or Parquet by extension, whole or not at all.
import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { type DuckLoad, openDuck } from "../duck.ts";
import { DataError } from "../errors.ts";
import { type Column, isNumeric, type Table } from "../table.ts";
import { formatOf } from "./format.ts";

/**
 * Rows in the table's order; a missing value is an empty field, a null in Parquet, and null in NDJSON. Timestamps are
 * written in ISO 8601 (UTC), booleans as true and false. The file appears by a rename once it is whole on the disk.
 * Throws `unknown-format`, `write-failed`, `no-columns`, `duplicate-column` (names that differ by case alone).
 */
export async function writeTable(
  path: string,
  table: Table,
  options: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  const { format, gzip } = formatOf(path);
  if (table.columns.length === 0)
    throw new DataError("no-columns", "a table without a column cannot be written", "Give at least one column.");
  refuseTwins(path, table.columns);
  const target = resolve(path);
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.tmp`);
  const duck = await openDuck(options.signal === undefined ? {} : { signal: options.signal });
  try {
    await duck.load("rows_out", table.columns.map(loadOf));
    const names = table.columns.map(({ name }) => `"${name.replaceAll('"', '""')}"`);
    const columns = table.columns.map((column, i) => {
      const time = column.type === "timestamp" && format !== "parquet";
      const whole = format !== "parquet" && holdsWholeNumbers(column);
      const value = time ? `strftime(c${i}, '%Y-%m-%dT%H:%M:%S.%gZ')` : whole ? `CAST(c${i} AS BIGINT)` : `c${i}`;
      return `${value} AS ${names[i]}`;
    });
    const how = {
      csv: "FORMAT csv, HEADER true, DELIMITER ','",
      tsv: "FORMAT csv, HEADER true, DELIMITER E'\\t'",
      ndjson: "FORMAT json, ARRAY false",
      parquet: "FORMAT parquet, COMPRESSION zstd",
    }[format];
    const compression = format === "parquet" ? "" : `, COMPRESSION ${gzip ? "gzip" : "none"}`;
    await duck.run(`COPY (SELECT ${columns.join(", ")} FROM rows_out) TO $1 (${how}${compression})`, [temporary]);
    const file = await open(temporary, "r+");
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
    await syncFolder(dirname(target));
  } catch (cause) {
    options.signal?.throwIfAborted();
    throw new DataError(
      "write-failed",
      `"${path}" could not be written: ${(cause as Error).message.split("\n")[0]}`,
      "Check that the folder exists, may be written and has room.",
      cause,
    );
  } finally {
    duck.close();
    await rm(temporary, { force: true });
  }
}

/** DuckDB takes names that differ by case alone as one, and would rename a column unasked. */
function refuseTwins(path: string, columns: readonly Column[]): void {
  const seen = new Map<string, string>();
  for (const { name } of columns) {
    const twin = seen.get(name.toLowerCase());
    if (twin !== undefined)
      throw new DataError(
        "duplicate-column",
        `"${path}" cannot hold both "${twin}" and "${name}": the names differ by case alone`,
        "Rename one of the columns.",
      );
    seen.set(name.toLowerCase(), name);
  }
}

const numericTypes = { number: "DOUBLE", boolean: "BOOLEAN", timestamp: "TIMESTAMP" } as const;

function loadOf(column: Column): DuckLoad {
  return isNumeric(column)
    ? { sqlType: numericTypes[column.type], data: column.data }
    : { sqlType: "VARCHAR", data: column.data };
}

/** A text format then writes 3, not 3.0. */
function holdsWholeNumbers(column: Column): boolean {
  return column.type === "number" && column.data.every((value) => Number.isNaN(value) || Number.isSafeInteger(value));
}

/** Makes the rename itself last through a power cut; some systems cannot, which is no failure of the write. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}
