// Reads a file into a table: CSV, TSV, Parquet and NDJSON, by DuckDB.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDuck } from "../duck.ts";
import { DataError } from "../errors.ts";
import { listNames, suggestName } from "../names.ts";
import { type Column, type ColumnType, makeTable, type Table } from "../table.ts";
import { defaultMissing, valueSql } from "./column-types.ts";
import { loadCsv } from "./csv.ts";
import { type Format, fileSize, formatOf } from "./format.ts";
import type { Loaded, ReadContext, ReadProgress } from "./loaded.ts";
import { loadNdjson } from "./ndjson.ts";
import { loadParquet } from "./parquet.ts";
import { rowKeySql } from "./row-key-sql.ts";

export interface ReadOptions {
  /** Default: by the file's extension (.csv, .tsv, .ndjson, .jsonl, each also with .gz; .parquet). */
  readonly format?: Format;
  /** Types by column name; a row whose value does not fit is put aside. Default: inferred from all values. */
  readonly types?: Readonly<Record<string, ColumnType>>;
  /** What a declared type for a column that the file lacks does. Default "refuse". */
  readonly absent?: "refuse" | "ignore";
  /** Spellings of a missing value beside the empty one. Default: NA N/A #N/A NaN nan null NULL ? */
  readonly missing?: readonly string[];
  readonly onProgress?: (progress: ReadProgress) => void;
  readonly signal?: AbortSignal;
}

const loaders: Readonly<Record<Format, (context: ReadContext) => Promise<Loaded>>> = {
  csv: loadCsv,
  tsv: loadCsv,
  ndjson: loadNdjson,
  parquet: loadParquet,
};

/**
 * The table in the file, its rows in the file's order. A malformed row (wrong number of fields, broken quoting, a
 * value that is not of its column's type) stands in `rejected` with its line, reason and text.
 * Throws `file-not-found`, `not-a-file`, `unknown-format`, `file-unreadable`, `not-utf8`, `no-header`, `no-columns`,
 * `duplicate-column`, `empty-table`, `unknown-column` (a declared type for no column).
 */
export async function readTable(path: string, options: ReadOptions = {}): Promise<Table> {
  const bytes = await fileSize(path);
  const { format, gzip } = formatOf(path, options.format);
  if (bytes === 0) throw emptyTable(path, "the file has 0 bytes", 0);
  const duck = await openDuck(options.signal === undefined ? {} : { signal: options.signal });
  let folder: Promise<string> | undefined;
  try {
    const onProgress = options.onProgress ?? (() => {});
    const loaded = await loaders[format]({
      duck,
      path,
      format,
      gzip,
      // Without a prototype, or a column named "constructor" would have a type.
      types: Object.assign(Object.create(null), options.types),
      missing: options.missing ?? defaultMissing,
      scratch: () => {
        folder ??= mkdtemp(join(tmpdir(), "lepta-data-"));
        return folder;
      },
      onProgress,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    for (const name of options.absent === "ignore" ? [] : Object.keys(options.types ?? {})) {
      if (!loaded.names.includes(name))
        throw new DataError(
          "unknown-column",
          `a type is declared for "${name}", but "${path}" has the columns ${listNames(loaded.names)}`,
          suggestName(name, loaded.names),
          undefined,
          { column: name },
        );
    }
    onProgress({ stage: "convert" });
    const values = loaded.types.map((type, i) => valueSql(`c${i}`, type));
    const data = await duck.columns(`SELECT ${values.join(", ")} FROM loaded`);
    if (data[0] === undefined || data[0].length === 0) throw emptyTable(path, whyEmpty(loaded), loaded.rejected.length);
    const columns = loaded.names.map((name, i): Column => ({ name, type: loaded.types[i]!, data: data[i]! }) as Column);
    const notes = [
      ...loaded.notes,
      ...loaded.infinite.flatMap((count, i) =>
        count === 0
          ? []
          : [`column "${loaded.names[i]}": ${count} infinite value${count === 1 ? "" : "s"} read as missing`],
      ),
    ];
    const { rejected, rowNumbers } = loaded;
    const [rowKeys] = await duck.columns(`SELECT ${rowKeySql(columns)} FROM loaded`);
    const about = { source: { path, format, bytes }, rejected, notes, rowKeys: rowKeys as Float64Array };
    return makeTable(columns, rowNumbers === undefined ? about : { ...about, rowNumbers });
  } finally {
    duck.close();
    if (folder !== undefined) await rm(await folder, { recursive: true, force: true });
  }
}

function whyEmpty({ rejected }: Loaded): string {
  const [first] = rejected;
  if (first === undefined) return "it has a header and no row";
  return `all ${rejected.length} rows are malformed, the first at line ${first.line}: ${first.reason}`;
}

function emptyTable(path: string, why: string, rejected: number): DataError {
  const message = `"${path}" holds no row that can be used: ${why}`;
  return new DataError("empty-table", message, "Give a file with rows.", undefined, { rejected });
}
