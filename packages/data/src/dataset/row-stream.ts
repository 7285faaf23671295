// Rows that come one after another, from a file that is read in pieces or from a service, as a stream of batches.
import { type ColumnSpec, type RawValue, tableFromRows } from "../rows.ts";
import { columnBatch } from "./as-dataset.ts";
import { checkSize, type DatasetStream, type Pass } from "./dataset.ts";

export type Row = Readonly<Record<string, RawValue>>;

export interface RowStreamOptions {
  /** Rows of a pass, where that is known. */
  readonly count?: number;
  /** Rows of a batch, the last one aside. Default 1000. */
  readonly batchRows?: number;
}

/**
 * A data set of the rows that `open` gives anew for each pass; `batchRows` of them are in memory. Values are read as a
 * file's are, missing ones are NaN or "". Its passes throw `wrong-column-type` and `unknown-column` with the row's number
 * in the pass, from 0. Throws `invalid-option`.
 */
export function rowStream(
  columns: readonly ColumnSpec[],
  open: (pass: Pass) => Iterable<Row> | AsyncIterable<Row>,
  { count, batchRows = 1000 }: RowStreamOptions = {},
): DatasetStream {
  checkSize(batchRows, "a batch");
  return {
    ...(count === undefined ? {} : { count }),
    columns: columns.map(({ name, type }) => ({ name, type })),
    async *batches(pass) {
      let rows: Row[] = [];
      let first = 0;
      for await (const row of open(pass)) {
        if (rows.push(row) < batchRows) continue;
        yield columnBatch(tableFromRows(rows, columns, first));
        first += rows.length;
        rows = [];
        pass.signal?.throwIfAborted();
      }
      if (rows.length > 0) yield columnBatch(tableFromRows(rows, columns, first));
    },
  };
}
