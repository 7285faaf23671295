// Which rows of a file the table's rows are, where some of the file's were put aside.
import type { RejectedRow } from "../table.ts";
import { chunksOf, type TextFile } from "./text-file.ts";

/**
 * The number of each kept row among the file's rows, from 1, with those put aside counted; undefined where none was.
 * @param kept lines at which the kept rows begin, ascending
 */
export function rowNumbersOf(
  kept: ArrayLike<number>,
  rejected: readonly Pick<RejectedRow, "line">[],
): Float64Array | undefined {
  if (rejected.length === 0) return undefined;
  const aside = rejected.map(({ line }) => line).sort((a, b) => a - b);
  let before = 0;
  return Float64Array.from(kept, (line, i) => {
    while (before < aside.length && aside[before]! < line) before++;
    return i + 1 + before;
  });
}

const quote = 34;

/**
 * Lines, from 1, at which the records of a CSV file begin. A quoted field may hold line ends. An empty line is a record
 * where there is one column, for it may be a missing value.
 */
export async function recordLines(
  file: TextFile,
  { delimiter, emptyLines, carriageReturns }: { delimiter: string; emptyLines: boolean; carriageReturns: boolean },
): Promise<number[]> {
  const separator = delimiter.charCodeAt(0);
  const ending = carriageReturns ? 13 : 10;
  const lines: number[] = [];
  let line = 1;
  let from = 1;
  let empty = true;
  let fieldStart = true;
  let quoted = false;
  const end = (): void => {
    if (!empty || emptyLines) lines.push(from);
    empty = true;
    fieldStart = true;
  };
  for await (const chunk of chunksOf(file)) {
    for (const byte of chunk) {
      if (byte === ending) line++;
      if (quoted) {
        // A doubled quote closes the field and opens it again.
        if (byte === quote) {
          quoted = false;
          fieldStart = true;
        }
      } else if (byte === ending) {
        end();
        from = line;
      } else if (byte !== 13) {
        quoted = byte === quote && fieldStart;
        fieldStart = byte === separator;
        empty = false;
      }
    }
  }
  if (!empty) end();
  return lines;
}
