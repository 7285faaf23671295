// CSV through DuckDB. Its sniffer is not used: delimiter and names come from the first line, types from all values,
// and every row that DuckDB refuses is kept with its line.
import { join } from "node:path";
import type { Duck } from "../duck.ts";
import { DataError } from "../errors.ts";
import type { ColumnType, RejectedRow } from "../table.ts";
import { inferTypes, sqlTypes } from "./column-types.ts";
import { type CsvHeader, looksLikeValues, readHeader, refuseHeader } from "./csv-header.ts";
import { type CsvReject, readRejects } from "./csv-rejects.ts";
import { plainPath } from "./format.ts";
import type { Loaded, ReadContext } from "./loaded.ts";
import { recordLines, rowNumbersOf } from "./row-numbers.ts";
import { linesAt, repairedCopy, scanText, type TextFile } from "./text-file.ts";

/** The longest row that is read, in bytes; a longer one is put aside. */
const maxLineBytes = 16_000_000;
/** Each round of repairs reads the file again. */
const maxRepairs = 20;

/** Loads the file into the temporary table `loaded`. */
export async function loadCsv(context: ReadContext): Promise<Loaded> {
  const { duck, path } = context;
  const original: TextFile = { path, gzip: context.gzip };
  const scan = await scanText(original, {
    ...(context.signal === undefined ? {} : { signal: context.signal }),
    onBytes: (bytes) => context.onProgress({ stage: "check", bytes }),
  });
  const header = readHeader(path, scan.head, context.format === "tsv" ? "\t" : undefined);
  const declared = header.names.map((name) => context.types[name]);
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
  const strings = header.names.map((): ColumnType => "category");

  // DuckDB takes the file's line ends from its first one: one in a name, or ahead of them, may hide all others.
  if (header.spansLines || header.skip > 0) await repair();
  let rejects = await readOrRepair(context, header, strings, source, repair);
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
    rejects = await readOrRepair(context, header, strings, source, repair);
  }

  await checkNames(duck, path, header);
  let inferred = await inferTypes(duck, "loaded", declared);
  if (inferred.some(({ unparsed }) => unparsed > 0)) {
    const types = inferred.map(({ type }) => type);
    rejects = await readOrRepair(context, header, types, source, repair);
    inferred = inferred.map(({ type, infinite }) => ({ type, infinite, unparsed: 0 }));
  }
  const lines = await rowLines(source, rejects);
  const rejected = [
    ...rejects.map(({ reason, text }, i): RejectedRow => ({ line: lines[i]!, reason: reason(header.names), text })),
    ...blanked.values(),
  ].sort((a, b) => a.line - b.line);
  return {
    names: header.names,
    types: inferred.map(({ type }) => type),
    infinite: inferred.map(({ infinite }) => infinite),
    rejected,
    rowNumbers: rejected.length === 0 ? undefined : await rowNumbers(duck, header, source, rejected),
    notes: header.unnamed.map((i) => `column ${i} has no name in the header and is called "column_${i}"`),
  };
}

interface CsvSource {
  file: TextFile;
  carriageReturns: boolean;
}

/** DuckDB refuses a whole file that mixes line endings; then a copy with one kind is read. */
async function readOrRepair(
  context: ReadContext,
  header: CsvHeader,
  types: readonly ColumnType[],
  source: CsvSource,
  repair: () => Promise<void>,
): Promise<CsvReject[]> {
  try {
    return await read(context, header, types, source.file);
  } catch (error) {
    if (!(error instanceof Error) || !/invalid state/.test(error.message)) throw unreadable(context.path, error);
    await repair();
    return await read(context, header, types, source.file).catch((again) => {
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

async function read(
  { duck, missing }: ReadContext,
  header: CsvHeader,
  types: readonly ColumnType[],
  file: TextFile,
): Promise<CsvReject[]> {
  for (const table of ["loaded", "csv_errors", "csv_scans"]) await duck.run(`DROP TABLE IF EXISTS ${table}`);
  const columns = types.map((type, i) => `'c${i}': '${sqlTypes[type]}'`).join(", ");
  const markers = ["", ...missing];
  const parameters = [file.path, header.delimiter, header.skip, ...markers];
  await duck.run(
    `CREATE TEMP TABLE loaded AS SELECT * FROM read_csv($1, delim = $2, skip = CAST($3 AS BIGINT), quote = '"', escape = '"',
       header = true, auto_detect = false, columns = {${columns}}, nullstr = [${markers.map((_, i) => `$${i + 4}`).join(", ")}],
       compression = '${file.gzip ? "gzip" : "none"}', max_line_size = ${maxLineBytes}, hive_partitioning = false,
       store_rejects = true, rejects_limit = 0, rejects_table = 'csv_errors', rejects_scan = 'csv_scans')`,
    parameters,
  );
  return await readRejects(duck, "csv_errors");
}

/** By a second reading of the file's quotes; undefined where it finds other rows than DuckDB kept. */
async function rowNumbers(
  duck: Duck,
  { names, delimiter, skip }: CsvHeader,
  { file, carriageReturns }: CsvSource,
  rejected: readonly RejectedRow[],
): Promise<Float64Array | undefined> {
  const emptyLines = names.length === 1;
  const records = await recordLines(file, { delimiter, emptyLines, carriageReturns });
  const aside = new Set(rejected.map(({ line }) => line));
  const kept = records.slice(emptyLines ? skip + 1 : 1).filter((line) => !aside.has(line));
  const [count] = await duck.rows("SELECT CAST(count(*) AS DOUBLE) AS n FROM loaded");
  return Number(count?.n) === kept.length ? rowNumbersOf(kept, rejected) : undefined;
}

async function rowLines(source: CsvSource, rejects: readonly CsvReject[]): Promise<number[]> {
  if (rejects.length === 0) return [];
  return await linesAt(
    source.file,
    rejects.map(({ position }) => position),
    source.carriageReturns,
  );
}

async function checkNames(duck: Duck, path: string, header: CsvHeader): Promise<void> {
  const occurs = async (columns: readonly number[]): Promise<boolean[]> => {
    // A header that comes again as a whole is a slip of joining files and proves nothing.
    const same = header.names.map((_, i) => `coalesce(CAST(c${i} AS VARCHAR) = $${i + 1}, false)`);
    const again = same.join(" AND ");
    const found = columns.map((c, i) => `coalesce(bool_or(${same[c]} AND NOT (${again})), false) AS f${i}`);
    const [row] = await duck.rows(`SELECT ${found.join(", ")} FROM loaded`, header.names);
    return columns.map((_, i) => row?.[`f${i}`] === true);
  };
  if (await looksLikeValues(header.names, occurs)) refuseHeader(path, header.names);
  const twice = header.names.find((name, i) => header.names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new DataError("duplicate-column", `"${path}" has two columns named "${twice}"`, "Rename one of the columns.");
}
