// `table(…)`: where a product's rows are and which column is to be predicted.
import type { TableReading } from "@lepta/data";
import { checkKeys, checkText } from "./checks.ts";
import type { Columns } from "./columns.ts";

export interface TableOptions<C extends Columns> {
  /** The column to predict. */
  readonly target: string;
  /**
   * The feature columns and their types. They type the client's rows and are checked against the data; columns of the
   * file that are not listed are left out. Default: every column, types inferred.
   */
  readonly columns?: C;
  /**
   * The column that says which rows belong together, such as a patient's number where each has many rows: they stand in
   * one part, intervals resample them as one, and the column is no feature.
   */
  readonly group?: string;
  /**
   * How values are written: `{ decimal: "comma", na: ["unknown"], columns: { when: { dates: "day-first" } } }`. What is
   * said here is kept with the model. Default: as the values have it.
   */
  readonly reading?: TableReading;
}

export interface TableSource<C extends Columns = Columns, P extends string | undefined = string | undefined> {
  readonly kind: "table";
  /** Relative to the product file. */
  readonly path: string;
  readonly target: string;
  readonly positive: P;
  readonly columns: C | undefined;
  readonly group: string | undefined;
  readonly reading: TableReading | undefined;
}

/** The class whose probability is meant by "the probability"; needed for costs. */
interface Positive {
  readonly positive: string;
}

/**
 * A CSV (`.csv`, `.csv.gz`, `.tsv`), Parquet or NDJSON file with one row a case.
 * @param path relative to the product file
 */
export function table<const C extends Columns = Columns>(
  path: string,
  options: TableOptions<C> & Positive,
): TableSource<C, string>;
export function table<const C extends Columns = Columns>(
  path: string,
  options: TableOptions<C>,
): TableSource<C, undefined>;
export function table<const C extends Columns = Columns>(
  path: string,
  options: TableOptions<C> & Partial<Positive>,
): TableSource<C> {
  checkText("table(…): the path", path);
  checkKeys("table(…)", options, ["target", "positive", "columns", "group", "reading"]);
  const { target, positive, columns, group, reading } = options;
  return { kind: "table", path, target, positive, columns, group, reading };
}
