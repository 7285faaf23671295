// `table(…)`: where a product's rows are and which column is to be predicted.
import type { Columns } from "./columns.ts";

export interface TableOptions<C extends Columns, P extends string | undefined> {
  /** The column to predict. */
  readonly target: string;
  /** The class whose probability is meant by "the probability"; needed for costs. */
  readonly positive?: P;
  /**
   * The feature columns and their types. They type the client's rows and are checked against the data; columns of the
   * file that are not listed are left out. Default: every column, types inferred.
   */
  readonly columns?: C;
}

export interface TableSource<C extends Columns = Columns, P extends string | undefined = string | undefined> {
  readonly kind: "table";
  /** Relative to the product file. */
  readonly path: string;
  readonly target: string;
  readonly positive: P;
  readonly columns: C | undefined;
}

/**
 * A CSV (`.csv`, `.csv.gz`, `.tsv`), Parquet or NDJSON file with one row a case.
 * @param path relative to the product file
 */
export function table<const C extends Columns = Columns, const P extends string | undefined = undefined>(
  path: string,
  options: TableOptions<C, P>,
): TableSource<C, P> {
  return {
    kind: "table",
    path,
    target: options.target,
    positive: options.positive as P,
    columns: options.columns,
  };
}
