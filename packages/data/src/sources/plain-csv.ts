// CSV straight from the file's bytes, where every record has as many fields as the header: most files. What the fields
// are is as DuckDB has it, which plain-csv.test.ts holds.
import { isUtf8 } from "node:buffer";
import { setImmediate as nextTurn } from "node:timers/promises";
import { customaryMissing } from "../reading/missing-spellings.ts";
import { noPlainNumbers, type PlainNumbers } from "../reading/raw-column.ts";
import type { CodedTexts } from "./coded-texts.ts";
import { ColumnCells, type ReadCells } from "./column-cells.ts";
import { type CsvHeader, namingNotes, readHeader } from "./csv-header.ts";
import { CsvMemory, isTrap } from "./csv-memory.ts";
import { linesOf, rowKeys, rowTexts } from "./csv-rows.ts";
import { type Block, blockRecords, blocksOf, type CsvText } from "./csv-text.ts";
import { differentNumbers } from "./different-numbers.ts";
import type { Loaded, ReadContext } from "./loaded.ts";
import { fewRows, type RawCells } from "./raw-columns.ts";
import { headOf, readWhole } from "./text-file.ts";
import { WholeScan } from "./whole-scan.ts";

/** Larger files, in bytes, are not held in memory. */
const largest = 2 ** 30;
/** Bytes between two turns of the event loop. */
const turnBytes = 8_000_000;

/** Undefined for a file that is not of this kind, or not UTF-8. Throws `no-columns`, `file-unreadable`. */
export async function loadPlainCsv(context: ReadContext): Promise<Loaded | undefined> {
  const { path, gzip, format, onProgress, signal } = context;
  let memory: CsvMemory | undefined;
  const end = await readWhole(
    { path, gzip },
    {
      largest,
      room: (size) => {
        memory = roomFor(size);
        return memory?.bytes;
      },
      ...(signal === undefined ? {} : { signal }),
      onBytes: (bytes) => onProgress({ stage: "check", bytes }),
    },
  );
  if (end === undefined || memory === undefined) return undefined;
  const content = memory.bytes.subarray(0, end);
  if (!isUtf8(content)) return undefined;
  const header = readHeader(path, headOf(content), format === "tsv" ? "\t" : undefined);
  const text = csvText(memory, end, header);
  if (text === undefined) return undefined;
  onProgress({ stage: "read" });
  const read = await readCells(text, signal).catch((error) => {
    // More different texts than the memory has room for.
    if (isTrap(error)) return undefined;
    throw error;
  });
  if (read === undefined) return undefined;
  const { rowCount, columns } = read;
  const whole = wholeColumns(text, rowCount, signal);
  await whole.read([...columns.keys()].filter((at) => differentMatters(columns[at]!)));
  const cells = columns.map(({ plain, others, numbers, texts, ends }, at): RawCells => {
    const counted = plain.count === 0 ? noPlainNumbers : withDifferent(plain, rowCount, () => whole.at(at));
    return {
      column: { name: header.names[at]!, kind: undefined, plain: counted, others },
      numbers,
      ends,
      texts,
      native: false,
    };
  });
  return {
    names: header.names,
    rowCount,
    cells,
    rejected: [],
    notes: namingNotes(header),
    separator: header.delimiter,
    whole: async (places) => {
      await whole.read(places);
      return places.map((at) => whole.at(at));
    },
    lines: async () => linesOf(text, rowCount),
    texts: async (rows) => rowTexts(text, rows, header.delimiter),
    keys: async (places) => () => rowKeys(text, rowCount, places()),
  };
}

/** Undefined where the process may have no such memory. */
function roomFor(size: number): CsvMemory | undefined {
  try {
    return new CsvMemory(size);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Undefined where the text is not of this kind to its end. */
async function readCells(
  text: CsvText,
  signal: AbortSignal | undefined,
): Promise<{ rowCount: number; columns: readonly ReadCells[] } | undefined> {
  const rows = expectedRows(text);
  if (rows === undefined) return undefined;
  const columns = Array.from(
    { length: text.columns },
    (_, field) => new ColumnCells(text.memory, field, text.columns, rows),
  );
  let rowCount = 0;
  const whole = await paced(text, signal, (block) => {
    for (const column of columns) column.add(block);
    rowCount += block.count;
  });
  return whole ? { rowCount, columns: columns.map((column) => column.done(rowCount)) } : undefined;
}

/** Visits all blocks, with turns of the event loop between; whether the text is of this kind to its end. */
async function paced(text: CsvText, signal: AbortSignal | undefined, visit: (block: Block) => void): Promise<boolean> {
  let turn = text.start + turnBytes;
  for (const block of blocksOf(text)) {
    if (block === undefined) return false;
    visit(block);
    if (block.next < turn) continue;
    await nextTurn();
    signal?.throwIfAborted();
    turn = block.next + turnBytes;
  }
  return true;
}

function csvText(
  memory: CsvMemory,
  end: number,
  { names, delimiter, skip, spansLines }: CsvHeader,
): CsvText | undefined {
  if (skip > 0 || spansLines || delimiter.charCodeAt(0) > 127) return undefined;
  const { bytes } = memory;
  bytes.fill(0, end);
  bytes[end] = 10;
  const first = bytes.indexOf(10);
  const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const columns = names.length;
  const returns = first < end && bytes[first - 1] === 13;
  memory.open({ end, separator: delimiter.charCodeAt(0), columns, returns }, blockRecords(columns));
  const header = memory.split(mark, 1);
  return header === undefined ? undefined : { memory, start: header.next, end, columns };
}

/** How many rows there are if all are like the first; undefined where those are not of this kind. */
function expectedRows(text: CsvText): number | undefined {
  if (text.start >= text.end) return 0;
  const { value: block } = blocksOf(text).next();
  if (block === undefined) return undefined;
  if (block.next >= text.end) return block.count;
  return Math.ceil(block.count * ((text.end - text.start) / (block.next - text.start)));
}

/** Whether the number of different texts is likely asked for: not where all cells are numbers or missing. */
function differentMatters({ plain, others }: ReadCells): boolean {
  if (plain.count === 0) return false;
  if (plain.leadingZeros > 0 || plain.wide > 0) return true;
  for (const text of others.keys()) if (!customary.has(text.trim())) return true;
  return false;
}

const customary = new Set(["", ...customaryMissing]);

function withDifferent(
  plain: Omit<PlainNumbers, "different">,
  rowCount: number,
  whole: () => CodedTexts,
): PlainNumbers {
  let different: number | undefined;
  return {
    ...plain,
    get different() {
      different ??= differentNumbers(whole().words, plain.count, rowCount <= fewRows ? undefined : rowCount);
      return different;
    },
  };
}

/** Columns whose cells are all wanted as they stand: they are read once more. */
function wholeColumns(text: CsvText, rowCount: number, signal: AbortSignal | undefined) {
  const known = new Map<number, CodedTexts>();
  const scansOf = (places: readonly number[]): Map<number, WholeScan> =>
    new Map(
      places.filter((at) => !known.has(at)).map((at) => [at, new WholeScan(text.memory, at, text.columns, rowCount)]),
    );
  const add = (scans: ReadonlyMap<number, WholeScan>, block: Block): void => {
    for (const scan of scans.values()) scan.add(block);
  };
  const keep = (scans: ReadonlyMap<number, WholeScan>): void => {
    for (const [column, scan] of scans) known.set(column, scan.done());
  };
  return {
    async read(places: readonly number[]): Promise<void> {
      const scans = scansOf(places);
      if (scans.size === 0) return;
      await paced(text, signal, (block) => add(scans, block));
      keep(scans);
    },
    at(place: number): CodedTexts {
      const scans = scansOf([place]);
      if (scans.size > 0) {
        for (const block of blocksOf(text)) add(scans, block!);
        keep(scans);
      }
      return known.get(place)!;
    },
  };
}
