// What a source hands over: a temporary table `loaded` with columns c0, c1, …, and what is known of them.

import type { ColumnType } from "../column-type.ts";
import type { Duck } from "../duck.ts";
import type { SourceKind } from "../reading/raw-column.ts";
import type { RejectedRow } from "../table.ts";
import type { Format } from "./format.ts";

export interface ReadProgress {
  readonly stage: "check" | "read" | "convert";
  /** Bytes checked so far, in the first stage. */
  readonly bytes?: number;
}

export interface ReadContext {
  readonly duck: Duck;
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

export interface Loaded {
  readonly names: readonly string[];
  /** What the source itself tells of each column. */
  readonly kinds: readonly SourceKind[];
  /** Whether a column of `loaded` holds figures (DOUBLE; times in ms, booleans as 0 and 1) and no texts. */
  readonly native: readonly boolean[];
  /** Malformed rows, by line. */
  readonly rejected: readonly RejectedRow[];
  readonly notes: readonly string[];
  /** What stands between the fields; CSV alone. */
  readonly separator?: string;
  /** Lines at which the rows of `loaded` begin, ascending; undefined where the file's quoting leaves it open. */
  readonly lines: () => Promise<ArrayLike<number> | undefined>;
  /** Rows of `loaded` (numbered from 0) as they stand in the file. */
  readonly texts: (rows: readonly number[]) => Promise<string[]>;
}
