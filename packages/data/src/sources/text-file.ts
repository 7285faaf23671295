// A text file as a stream of bytes: checked for UTF-8, counted into lines, copied with repairs.
import { isUtf8 } from "node:buffer";
import { createReadStream, createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { DataError } from "../errors.ts";

export interface TextFile {
  readonly path: string;
  readonly gzip: boolean;
}

export interface TextScan {
  /** Size of the text, unpacked, in bytes. */
  readonly bytes: number;
  /** The first mebibyte at most, without a byte order mark. */
  readonly head: string;
  /** Whether the file ends lines by carriage returns alone. */
  readonly carriageReturns: boolean;
}

const headBytes = 1 << 20;

export async function* chunksOf({ path, gzip }: TextFile, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: 1 << 18, ...(signal === undefined ? {} : { signal }) });
  const stream = gzip ? file.on("error", (error) => unpacked.destroy(error)).pipe(createGunzip()) : file;
  const unpacked = stream;
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    signal?.throwIfAborted();
    throw unreadable(path, gzip, error);
  } finally {
    file.destroy();
  }
}

function unreadable(path: string, gzip: boolean, error: unknown): DataError {
  return new DataError(
    "file-unreadable",
    `"${path}" cannot be read${gzip ? " as gzip" : ""}: ${(error as Error).message}`,
    "Check that the file is whole; fetch or export it again.",
    error,
  );
}

/** Reads the file once. Throws `not-utf8` with the byte offset (of the unpacked text), `file-unreadable`. */
export async function scanText(
  file: TextFile,
  options: { signal?: AbortSignal; onBytes?: (bytes: number) => void } = {},
): Promise<TextScan> {
  const head: Buffer[] = [];
  let bytes = 0;
  let tail: Buffer = Buffer.alloc(0);
  let lineFeeds = false;
  let returns = false;
  for await (const chunk of chunksOf(file, options.signal)) {
    if (bytes < headBytes) head.push(chunk);
    const block = tail.length === 0 ? chunk : Buffer.concat([tail, chunk]);
    const whole = block.length - unfinished(block);
    const body = block.subarray(0, whole);
    if (!isUtf8(body)) throw notUtf8(file.path, bytes - tail.length + firstInvalid(body), body);
    tail = Buffer.from(block.subarray(whole));
    lineFeeds ||= chunk.includes(10);
    returns ||= chunk.includes(13);
    bytes += chunk.length;
    options.onBytes?.(bytes);
  }
  if (tail.length > 0) throw notUtf8(file.path, bytes - tail.length, tail);
  return { bytes, head: headOf(Buffer.concat(head)), carriageReturns: returns && !lineFeeds };
}

/** The text of the first mebibyte at most, without a byte order mark. */
export function headOf(bytes: Buffer): string {
  return bytes
    .subarray(0, headBytes)
    .toString("utf8")
    .replace(/^\uFEFF/, "");
}

interface WholeOptions {
  /** In bytes, unpacked. */
  readonly largest: number;
  /** Where the text is put, of so many bytes at least; undefined where there is no room. Asked once. */
  readonly room: (bytes: number) => Buffer | undefined;
  readonly signal?: AbortSignal;
  readonly onBytes?: (bytes: number) => void;
}

/**
 * Reads the unpacked file; how many bytes it has, undefined where it is larger than it may be, or has no
 * room. Throws
 * `file-unreadable`.
 */
export async function readWhole(file: TextFile, options: WholeOptions): Promise<number | undefined> {
  return file.gzip ? await unpackWhole(file, options) : await readPlain(file, options);
}

const readBytes = 1 << 22;

async function readPlain({ path }: TextFile, options: WholeOptions): Promise<number | undefined> {
  try {
    const handle = await open(path);
    try {
      const { size } = await handle.stat();
      if (size > options.largest) return undefined;
      const bytes = options.room(size);
      if (bytes === undefined) return undefined;
      let end = 0;
      while (end < size) {
        options.signal?.throwIfAborted();
        const { bytesRead } = await handle.read(bytes, end, Math.min(readBytes, size - end), end);
        if (bytesRead === 0) break;
        end += bytesRead;
        options.onBytes?.(end);
      }
      return end;
    } finally {
      await handle.close();
    }
  } catch (error) {
    options.signal?.throwIfAborted();
    throw unreadable(path, false, error);
  }
}

async function unpackWhole(
  file: TextFile,
  { largest, room, signal, onBytes }: WholeOptions,
): Promise<number | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunksOf(file, signal)) {
    size += chunk.length;
    if (size > largest) return undefined;
    chunks.push(chunk);
    onBytes?.(size);
  }
  const bytes = room(size);
  if (bytes === undefined) return undefined;
  let end = 0;
  for (const chunk of chunks) end += chunk.copy(bytes, end);
  return end;
}

/** How many bytes at the block's end begin a character that is not complete in it. */
function unfinished(block: Buffer): number {
  for (let back = 1; back <= Math.min(3, block.length); back++) {
    const byte = block[block.length - back]!;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? back : 0;
  }
  return 0;
}

/** Offset of the first byte that cannot stand in UTF-8. */
function firstInvalid(block: Buffer): number {
  let low = 0;
  let high = block.length;
  // The longest valid prefix, up to a character that the cut itself splits.
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const prefix = block.subarray(0, middle);
    if (isUtf8(prefix.subarray(0, middle - unfinished(prefix)))) low = middle;
    else high = middle - 1;
  }
  return low - unfinished(block.subarray(0, low));
}

function notUtf8(path: string, offset: number, block: Buffer): DataError {
  const utf16 = offset === 0 && ((block[0] === 0xff && block[1] === 0xfe) || (block[0] === 0xfe && block[1] === 0xff));
  return new DataError(
    "not-utf8",
    `"${path}" is not UTF-8: the byte at offset ${offset} cannot stand there${utf16 ? "; the file looks like UTF-16" : ""}`,
    `Convert it, for example: iconv -f ${utf16 ? "UTF-16" : "WINDOWS-1252"} -t UTF-8 IN > OUT`,
  );
}

/** The lines, from 1, in which these byte positions (from 1, ascending) lie. */
export async function linesAt(
  file: TextFile,
  positions: readonly number[],
  carriageReturns: boolean,
): Promise<number[]> {
  const ending = carriageReturns ? 13 : 10;
  const lines: number[] = [];
  let line = 1;
  let offset = 0;
  for await (const chunk of chunksOf(file)) {
    let from = 0;
    while (lines.length < positions.length && positions[lines.length]! <= offset + chunk.length) {
      const to = positions[lines.length]! - offset;
      for (; from < to; from++) if (chunk[from] === ending) line++;
      lines.push(line);
    }
    if (lines.length === positions.length) break;
    for (; from < chunk.length; from++) if (chunk[from] === ending) line++;
    offset += chunk.length;
  }
  while (lines.length < positions.length) lines.push(line);
  return lines;
}

async function* withoutMark(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (held === undefined) {
      yield chunk;
      continue;
    }
    held = Buffer.concat([held, chunk]);
    if (held.length < mark.length) continue;
    yield held.subarray(held.indexOf(mark) === 0 ? mark.length : 0);
    held = undefined;
  }
  if (held !== undefined) yield held;
}

const mark = Buffer.from("\uFEFF");

/** Writes an unpacked copy without a byte order mark whose lines all end in "\n" and in which the lines of `blank` (from 1) are empty. */
export async function repairedCopy(file: TextFile, to: string, blank: ReadonlySet<number>): Promise<void> {
  async function* repaired(): AsyncGenerator<Buffer> {
    let line = 1;
    let afterReturn = false;
    for await (const chunk of withoutMark(chunksOf(file))) {
      const out = Buffer.allocUnsafe(chunk.length);
      let length = 0;
      for (const byte of chunk) {
        if (byte === 10 && afterReturn) {
          afterReturn = false;
          continue;
        }
        afterReturn = byte === 13;
        if (byte === 10 || byte === 13) {
          out[length++] = 10;
          line++;
        } else if (!blank.has(line)) out[length++] = byte;
      }
      yield out.subarray(0, length);
    }
  }
  await pipeline(Readable.from(repaired()), createWriteStream(to));
}
