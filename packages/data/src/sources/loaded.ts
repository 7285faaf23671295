// What a source is given, and what it hands over: the raw cells of its rows, and what may be asked of them.

import type { ColumnType } from "../column-type.ts";
import type { Duck } from "../duck.ts";
import type { RejectedRow } from "../table.ts";
import type { CodedTexts } from "./coded-texts.ts";
import type { Format } from "./format.ts";
import type { RawCells } from "./raw-columns.ts";

export interface ReadProgress {
  readonly stage: "check" | "read" | "convert";
  /** Bytes checked so far, in the first stage. */
  readonly bytes?: number;
}

export interface ReadContext {
  /** Opened at the first call, closed after reading. */
  readonly duck: () => Promise<Duck>;
  readonly path: string;
  readonly format: Format;
  readonly gzip: boolean;
  /** The type that the caller declares for a column. */
  readonly declared: (name: string) => ColumnType | undefined;
  /** A temporary folder, made at the first call and removed after reading. */
  readonly scratch: () => Promise<string>;
  readonly onProgress: (progress: ReadProgress) => void;
  readonly signal?: AbortSignal;
}

/** A file's rows before any type is decided. */
export interface Loaded {
  readonly names: readonly string[];
  readonly rowCount: number;
  readonly cells: readonly RawCells[];
  /** Malformed rows, by line. */
  readonly rejected: readonly RejectedRow[];
  readonly notes: readonly string[];
  /** What stands between the fields; CSV alone. */
  readonly separator?: string;
  /** Every cell of the columns at these places, plain numbers too. */
  readonly whole: (places: readonly number[]) => Promise<CodedTexts[]>;
  /** Lines at which the rows begin, ascending; undefined where the file's quoting leaves it open. */
  readonly lines: () => Promise<ArrayLike<number> | undefined>;
  /** Rows (numbered from 0) as they stand in the file. */
  readonly texts: (rows: readonly number[]) => Promise<string[]>;
  /**
   * A key for each row, of the fields of the columns at these places, in this order, as they are written: the first 53
   * bits of the MD5 of the fields, each behind the unit separator (U+001F). A number that a file keeps as 3.0 is 3, so
   * that CSV, NDJSON and Parquet of one table mostly agree. The keys may be asked for when the file is closed.
   */
  readonly keys: (places: () => readonly number[]) => Promise<() => Float64Array>;
}
