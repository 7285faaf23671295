// What a source hands over: a temporary table `loaded` with columns c0, c1, …, and what is known of them.
import type { Duck } from "../duck.ts";
import type { ColumnType, RejectedRow } from "../table.ts";
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
  /** Types that the caller declares, by column name. */
  readonly types: Readonly<Record<string, ColumnType | undefined>>;
  /** Spellings of a missing value. */
  readonly missing: readonly string[];
  /** A temporary folder, made at the first call and removed after reading. */
  readonly scratch: () => Promise<string>;
  readonly onProgress: (progress: ReadProgress) => void;
  readonly signal?: AbortSignal;
}

export interface Loaded {
  readonly names: readonly string[];
  readonly types: readonly ColumnType[];
  /** How many infinite numbers each column had. */
  readonly infinite: readonly number[];
  readonly rejected: readonly RejectedRow[];
  readonly notes: readonly string[];
  /** As `Table.rowNumbers`. */
  readonly rowNumbers: Float64Array | undefined;
}
