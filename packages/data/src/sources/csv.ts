// CSV: a rectangular file from its bytes, any other through DuckDB, every field as text. DuckDB's sniffer is not used: delimiter and names come from the first line, and
// every row that DuckDB refuses is kept with its line.
import { join } from "node:path";
import type { Duck } from "../duck.ts";
import { DataError } from "../errors.ts";
import type { RejectedRow } from "../table.ts";
import { type CsvHeader, namingNotes, readHeader } from "./csv-header.ts";
import { type CsvReject, readRejects } from "./csv-rejects.ts";
import { duckLoaded } from "./duck-loaded.ts";
import { plainPath } from "./format.ts";
import type { Loaded, ReadContext } from "./loaded.ts";
import { loadPlainCsv } from "./plain-csv.ts";
import { recordLines } from "./row-numbers.ts";
import { linesAt, repairedCopy, scanText, type TextFile } from "./text-file.ts";

/** The longest row that is read, in bytes; a longer one is put aside. */
const maxLineBytes = 16_000_000;
/** Each round of repairs reads the file again. */
const maxRepairs = 20;

/** Throws `not-utf8`, `no-columns`, `file-unreadable`. */
export async function loadCsv(context: ReadContext): Promise<Loaded> {
  return (await loadPlainCsv(context)) ?? (await loadAnyCsv(context));
}

/** Every file, as DuckDB has it and with what it refuses put aside. */
export async function loadAnyCsv(context: ReadContext): Promise<Loaded> {
  const { path } = context;
  const original: TextFile = { path, gzip: context.gzip };
  const scan = await scanText(original, {
    ...(context.signal === undefined ? {} : { signal: context.signal }),
    onBytes: (bytes) => context.onProgress({ stage: "check", bytes }),
  });
  const header = readHeader(path, scan.head, context.format === "tsv" ? "\t" : undefined);
  const source = {
    file: { path: await plainPath(path, context.scratch, context.gzip ? ".csv.gz" : ".csv"), gzip: context.gzip },
    carriageReturns: scan.carriageReturns,
  };
  const blanked = new Map<number, RejectedRow>();
  const repair = async (): Promise<void> => {
    const copy = join(await context.scratch(), `repaired-${blanked.size}.csv`);
    await repairedCopy(original, copy, new Set(blanked.keys()));
    source.file = { path: copy, gzip: false };
    source.carriageReturns = false;
  };

  context.onProgress({ stage: "read" });
  // DuckDB takes the file's line ends from its first one: one in a name, or ahead of them, may hide all others.
  if (header.spansLines || header.skip > 0) await repair();
  let rejects = await readOrRepair(context, header, source, repair);
  for (let round = 0; round < maxRepairs && header.names.length > 1; round++) {
    // A quote that never closes swallows the lines after it. The line where it opens is put aside, the rest read again.
    const open = rejects.filter(({ swallowed }) => swallowed);
    if (open.length === 0) break;
    const lines = await rowLines(source, open);
    for (const [i, { text }] of open.entries()) {
      const line = lines[i]!;
      blanked.set(line, {
        line,
        reason: "a quote opens and does not close in the row",
        text: text.split(/\r\n|\n|\r/)[0]!,
      });
    }
    await repair();
    rejects = await readOrRepair(context, header, source, repair);
  }

  const lines = await rowLines(source, rejects);
  const rejected = [
    ...rejects.map(({ reason, text }, i): RejectedRow => ({ line: lines[i]!, reason: reason(header.names), text })),
    ...blanked.values(),
  ].sort((a, b) => a.line - b.line);
  const duck = await context.duck();
  return await duckLoaded(duck, {
    names: header.names,
    kinds: header.names.map(() => undefined),
    native: header.names.map(() => false),
    rejected,
    notes: namingNotes(header),
    separator: header.delimiter,
    lines: () => keptLines(duck, header, source, rejected),
    texts: (rows) => rowTexts(duck, header, rows),
  });
}

interface CsvSource {
  file: TextFile;
  carriageReturns: boolean;
}

/** DuckDB refuses a whole file that mixes line endings; then a copy with one kind is read. */
async function readOrRepair(
  context: ReadContext,
  header: CsvHeader,
  source: CsvSource,
  repair: () => Promise<void>,
): Promise<CsvReject[]> {
  try {
    return await read(context, header, source.file);
  } catch (error) {
    if (!(error instanceof Error) || !/invalid state/.test(error.message)) throw unreadable(context.path, error);
    await repair();
    return await read(context, header, source.file).catch((again) => {
      throw unreadable(context.path, again);
    });
  }
}

function unreadable(path: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || cause.name === "AbortError") return cause;
  return new DataError(
    "file-unreadable",
    `"${path}" cannot be read as CSV: ${cause.message.split("\n")[0]}`,
    "Check that the file is a table with one row a line; export it again.",
    cause,
  );
}

async function read(context: ReadContext, header: CsvHeader, file: TextFile): Promise<CsvReject[]> {
  const duck = await context.duck();
  for (const table of ["loaded", "csv_errors", "csv_scans"]) await duck.run(`DROP TABLE IF EXISTS ${table}`);
  const columns = header.names.map((_, i) => `'c${i}': 'VARCHAR'`).join(", ");
  await duck.run(
    `CREATE TEMP TABLE loaded AS SELECT * FROM read_csv($1, delim = $2, skip = CAST($3 AS BIGINT), quote = '"', escape = '"',
       header = true, auto_detect = false, columns = {${columns}}, nullstr = '',
       compression = '${file.gzip ? "gzip" : "none"}', max_line_size = ${maxLineBytes}, hive_partitioning = false,
       store_rejects = true, rejects_limit = 0, rejects_table = 'csv_errors', rejects_scan = 'csv_scans')`,
    [file.path, header.delimiter, header.skip],
  );
  return await readRejects(duck, "csv_errors");
}

/** By a second reading of the file's quotes; undefined where it finds other rows than DuckDB kept. */
async function keptLines(
  duck: Duck,
  { names, delimiter, skip, ahead }: CsvHeader,
  { file, carriageReturns }: CsvSource,
  rejected: readonly RejectedRow[],
): Promise<number[] | undefined> {
  const emptyLines = names.length === 1;
  const records = await recordLines(file, { delimiter, emptyLines, carriageReturns });
  const aside = new Set(rejected.map(({ line }) => line));
  const kept = records.slice(emptyLines ? skip + 1 : ahead).filter((line) => !aside.has(line));
  const [count] = await duck.rows("SELECT CAST(count(*) AS DOUBLE) AS n FROM loaded");
  return Number(count?.n) === kept.length ? kept : undefined;
}

/** The fields are joined again, so quotes stand where they must. */
async function rowTexts(duck: Duck, { names, delimiter }: CsvHeader, rows: readonly number[]): Promise<string[]> {
  if (rows.length === 0) return [];
  const fields = names.map((_, i) => {
    const c = `c${i}`;
    return `CASE WHEN contains(${c}, $1) OR contains(${c}, '"') OR contains(${c}, chr(10)) THEN '"' || replace(${c}, '"', '""') || '"' ELSE coalesce(${c}, '') END`;
  });
  const [texts] = await duck.columns(
    `SELECT concat_ws($1, ${fields.join(", ")}) FROM loaded WHERE rowid IN (${rows.join(", ")}) ORDER BY rowid`,
    [delimiter],
  );
  return (texts as string[]).map((text) => text.slice(0, 500));
}

async function rowLines(source: CsvSource, rejects: readonly CsvReject[]): Promise<number[]> {
  if (rejects.length === 0) return [];
  return await linesAt(
    source.file,
    rejects.map(({ position }) => position),
    source.carriageReturns,
  );
}
