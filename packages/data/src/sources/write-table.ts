// Writes a table to a file: CSV, TSV, NDJSON or Parquet by extension, whole or not at all.
import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { type DuckLoad, openDuck } from "../duck.ts";
import { DataError } from "../errors.ts";
import { type Column, isNumeric, type Table } from "../table.ts";
import { type Format, formatOf } from "./format.ts";

/**
 * Rows in the table's order; a missing value is an empty field, a null in Parquet, and null in NDJSON. Timestamps are
 * written in ISO 8601 (UTC), booleans as true and false. The file appears by a rename once it is whole on the disk.
 * Names that differ by case alone stay as they are, but in Parquet, where a number is put behind: readers take
 * them as one. Throws `unknown-format`, `write-failed`, `no-columns`.
 */
export async function writeTable(
  path: string,
  table: Table,
  options: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  const { format, gzip } = formatOf(path);
  if (table.columns.length === 0)
    throw new DataError("no-columns", "a table without a column cannot be written", "Give at least one column.");
  const given = format === "parquet" ? differentNames(names(table)) : names(table);
  const target = resolve(path);
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.tmp`);
  const duck = await openDuck(options.signal === undefined ? {} : { signal: options.signal });
  try {
    await duck.load("rows_out", table.columns.map(loadOf));
    const columns = table.columns.map((column, i) => {
      const time = column.type === "timestamp" && format !== "parquet";
      const whole = format !== "parquet" && holdsWholeNumbers(column);
      return time ? `strftime(c${i}, '%Y-%m-%dT%H:%M:%S.%gZ')` : whole ? `CAST(c${i} AS BIGINT)` : `c${i}`;
    });
    const alike = new Set(given.map((name) => name.toLowerCase())).size < given.length;
    const select = selectOf(columns, given, format, alike);
    await duck.run(`COPY (${select}) TO $1 (${copyOptions(format, gzip, alike)})`, [temporary]);
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

const names = ({ columns }: Table): string[] => columns.map(({ name }) => name);

/** DuckDB takes names that differ by case alone as one; Parquet's get a number behind, "no" and "NO_2". */
function differentNames(given: readonly string[]): string[] {
  const taken = new Set<string>();
  return given.map((name) => {
    let own = name;
    for (let count = 2; taken.has(own.toLowerCase()); count++) own = `${name}_${count}`;
    taken.add(own.toLowerCase());
    return own;
  });
}

/** Names that DuckDB takes as one are written as values: the CSV's first row, the keys of JSON objects. */
function selectOf(columns: readonly string[], given: readonly string[], format: Format, alike: boolean): string {
  if (!alike)
    return `SELECT ${columns.map((value, i) => `${value} AS ${quotedName(given[i]!)}`).join(", ")} FROM rows_out`;
  if (format === "ndjson") {
    const fields = columns.map((value, i) => `${quotedText(given[i]!)}, ${value}`);
    return `SELECT json_object(${fields.join(", ")}) AS line FROM rows_out`;
  }
  const texts = columns.map((value, i) => `CAST(${value} AS VARCHAR) AS t${i}`);
  const head = given.map((name, i) => `${quotedText(name)} AS t${i}`);
  const all = `SELECT 0 AS part, 0 AS place, ${head.join(", ")} UNION ALL SELECT 1, rowid, ${texts.join(", ")} FROM rows_out`;
  return `SELECT ${columns.map((_, i) => `t${i}`).join(", ")} FROM (${all}) ORDER BY part, place`;
}

function copyOptions(format: Format, gzip: boolean, alike: boolean): string {
  const compression = `COMPRESSION ${gzip ? "gzip" : "none"}`;
  if (format === "parquet") return "FORMAT parquet, COMPRESSION zstd";
  // Objects that are text already: no character of theirs is quoted.
  if (format === "ndjson" && alike)
    return `FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER E'\\x01', ${compression}`;
  if (format === "ndjson") return `FORMAT json, ARRAY false, ${compression}`;
  return `FORMAT csv, HEADER ${!alike}, DELIMITER ${format === "tsv" ? "E'\\t'" : "','"}, ${compression}`;
}

const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const quotedText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

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
