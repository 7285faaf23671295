// Reads a file into a table: CSV, TSV, Parquet and NDJSON.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ColumnType } from "../column-type.ts";
import { type Duck, openDuck } from "../duck.ts";
import { DataError } from "../errors.ts";
import { listNames, suggestName } from "../names.ts";
import type { ColumnReading } from "../reading/column-reading.ts";
import { type Decided, decideReadings } from "../reading/decide-readings.ts";
import { optionsOf } from "../reading/reading-options.ts";
import { makeTable, type Table, type TableSource } from "../table.ts";
import { checkNames } from "./check-names.ts";
import type { CodedTexts } from "./coded-texts.ts";
import { loadCsv } from "./csv.ts";
import { type Format, fileSize, formatOf } from "./format.ts";
import { keyColumns } from "./key-columns.ts";
import type { Loaded, ReadContext } from "./loaded.ts";
import { loadNdjson } from "./ndjson.ts";
import { loadParquet } from "./parquet.ts";
import { needsTexts, type ReadColumn, readColumn } from "./read-columns.ts";
import type { ReadOptions } from "./read-options.ts";
import { missingNotes, sentinelNotes } from "./reading-notes.ts";
import { settleRows } from "./settle-rows.ts";

const loaders: Readonly<Record<Format, (context: ReadContext) => Promise<Loaded>>> = {
  csv: loadCsv,
  tsv: loadCsv,
  ndjson: loadNdjson,
  parquet: loadParquet,
};

/**
 * The table in the file, its rows in the file's order; each column has its reading. A malformed row (wrong number of
 * fields, broken quoting) stands in `rejected` with its line, reason and text; a cell that cannot be read in
 * `unreadable`, or its row in `rejected`.
 * Throws `file-not-found`, `not-a-file`, `unknown-format`, `file-unreadable`, `not-utf8`, `no-header`, `no-columns`,
 * `duplicate-column`, `empty-table`, `unknown-column` (a declared type for no column), `cells-unreadable` (a column of
 * which too few cells can be read), `invalid-option`.
 */
export async function readTable(path: string, options: ReadOptions = {}): Promise<Table> {
  const bytes = await fileSize(path);
  const { format, gzip } = formatOf(path, options.format);
  if (bytes === 0) throw emptyTable(path, "the file has 0 bytes", "Give a file with rows.", 0);
  let duck: Promise<Duck> | undefined;
  let folder: Promise<string> | undefined;
  try {
    const loaded = await loaders[format]({
      duck: () => {
        duck ??= openDuck(options.signal === undefined ? {} : { signal: options.signal });
        return duck;
      },
      path,
      format,
      gzip,
      declared: (name) => declaredType(name, options),
      scratch: () => {
        folder ??= mkdtemp(join(tmpdir(), "lepta-data-"));
        return folder;
      },
      onProgress: options.onProgress ?? (() => {}),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    return await tableOf(loaded, { path, format, bytes }, options);
  } finally {
    if (duck !== undefined) (await duck).close();
    if (folder !== undefined) await rm(await folder, { recursive: true, force: true });
  }
}

/** Decides how each column is read, and reads it. */
export async function tableOf(
  loaded: Loaded,
  source: TableSource & { readonly format: Format },
  options: ReadOptions,
): Promise<Table> {
  const { path, format } = source;
  const { names, cells, rowCount } = loaded;
  checkDeclared(path, names, options);
  options.onProgress?.({ stage: "convert" });
  if (format === "csv" || format === "tsv") checkNames(path, names, cells);
  if (rowCount === 0) throw emptyTable(path, ...whyEmpty(loaded), loaded.rejected.length);
  const decided = decide(
    cells.map(({ column }) => column),
    loaded,
    options,
  );
  const retold = decided.flatMap(({ reading }, at) => (needsTexts(cells[at]!, reading) ? [at] : []));
  const columns = new Array<ReadColumn>(names.length);
  const readAll = (places: readonly number[], whole: readonly CodedTexts[]): void => {
    for (const [i, at] of places.entries())
      columns[at] = readColumn(cells[at]!, decided[at]!.reading, rowCount, whole[i]);
  };
  readAll(
    [...names.keys()].filter((at) => !retold.includes(at)),
    [],
  );
  for (let start = 0; start < retold.length; start += together) {
    const places = retold.slice(start, start + together);
    readAll(places, await loaded.whole(places));
  }
  const settled = await settleRows({ path, loaded, cells, columns, rowCount, options });
  const keys = await loaded.keys(() => keyColumns(settled.columns));
  const { kept } = settled;
  return makeTable(settled.columns, {
    source,
    rejected: settled.rejected,
    unreadable: settled.unreadable,
    notes: [
      ...loaded.notes,
      ...decided.flatMap((one) => one.notes),
      ...missingNotes(columns, options.readings),
      ...sentinelNotes(columns),
    ],
    rowKeys: kept === undefined ? keys : () => picked(keys(), kept),
    ...(settled.rowNumbers === undefined ? {} : { rowNumbers: settled.rowNumbers }),
  });
}

/** Columns whose texts are held at once. */
const together = 40;

const picked = (keys: Float64Array, rows: Int32Array): Float64Array => Float64Array.from(rows, (row) => keys[row]!);

function declaredType(name: string, { types, reading, readings }: ReadOptions): ColumnType | undefined {
  if (readings !== undefined && Object.hasOwn(readings, name)) return readings[name]!.type;
  return optionsOf(name, reading).type ?? (types !== undefined && Object.hasOwn(types, name) ? types[name] : undefined);
}

function decide(
  raw: Parameters<typeof decideReadings>[0],
  { separator }: Loaded,
  { types, reading, readings, target }: ReadOptions,
): Decided[] {
  const fixed = (name: string): ColumnReading | undefined =>
    readings !== undefined && Object.hasOwn(readings, name) ? readings[name] : undefined;
  const open = raw.filter(({ name }) => fixed(name) === undefined);
  const decided = decideReadings(open, {
    separator,
    target,
    ...(types === undefined ? {} : { types }),
    ...(reading === undefined ? {} : { reading }),
  });
  let next = 0;
  return raw.map(({ name }) => {
    const known = fixed(name);
    return known === undefined ? decided[next++]! : { reading: known, notes: [] };
  });
}

function checkDeclared(
  path: string,
  names: readonly string[],
  { types, reading, readings, absent }: ReadOptions,
): void {
  const known = new Set(names);
  const wanted = [types, readings].flatMap((record) => Object.keys(record ?? {}));
  for (const name of [...(absent === "ignore" ? [] : wanted), ...Object.keys(reading?.columns ?? {})]) {
    if (!known.has(name))
      throw new DataError(
        "unknown-column",
        `a type is declared for "${name}", but "${path}" has the columns ${listNames(names)}`,
        suggestName(name, names),
        undefined,
        { column: name },
      );
  }
}

function whyEmpty({ rejected, separator, names }: Loaded): [why: string, fix: string] {
  const [first] = rejected;
  if (first === undefined) return ["it has a header and no row", "Give a file with rows."];
  const why = `all ${rejected.length} rows are malformed, the first at line ${first.line}: ${first.reason}`;
  const fields = /field/.test(first.reason)
    ? `Its first line names ${names.length} column${names.length === 1 ? "" : "s"}, separated by ${JSON.stringify(separator ?? ",")}: take lines ahead of the header out, and quote values that hold the separator.`
    : `Mend what line ${first.line} shows, or export the file again.`;
  return [why, fields];
}

function emptyTable(path: string, why: string, fix: string, rejected: number): DataError {
  return new DataError("empty-table", `"${path}" holds no row that can be used: ${why}`, fix, undefined, { rejected });
}
