// The options of reading a table from a file.
import type { ColumnType } from "../column-type.ts";
import type { ColumnReading } from "../reading/column-reading.ts";
import type { TableReading } from "../reading/reading-options.ts";
import type { Format } from "./format.ts";
import type { ReadProgress } from "./loaded.ts";

export interface ReadOptions {
  /** Default: by the file's extension (.csv, .tsv, .ndjson, .jsonl, each also with .gz; .parquet). */
  readonly format?: Format;
  /** Types by column name. Default: inferred from all values. */
  readonly types?: Readonly<Record<string, ColumnType>>;
  /** How values are written. Default: as the values have it. */
  readonly reading?: TableReading;
  /** Columns that are read as a model reads them, whatever their values look like; the other columns are as `types` and `reading` say. */
  readonly readings?: Readonly<Record<string, ColumnReading>>;
  /** What a declared type for a column that the file lacks does. Default "refuse". */
  readonly absent?: "refuse" | "ignore";
  /** The column to learn: a row in which it cannot be read is put aside, and words such as "none" are classes in it. */
  readonly target?: string;
  /**
   * What a cell that is there and cannot be read does. "missing": it counts as missing, and `Table.unreadable` names
   * it. "reject": its row is put aside. Default "missing".
   */
  readonly unreadable?: "missing" | "reject";
  readonly onProgress?: (progress: ReadProgress) => void;
  readonly signal?: AbortSignal;
}
