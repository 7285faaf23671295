// The values of a column in ascending order, sorted once for all who ask for them in turn.
import { sortedPresent } from "../statistics.ts";
import type { NumericColumn } from "../table.ts";

/** The column's values that are not missing, ascending. */
export type Sorted = (column: NumericColumn) => Float64Array;

/** Keeps the last column's values alone. */
export function sortedInTurn(): Sorted {
  let last: { readonly column: NumericColumn; readonly sorted: Float64Array } | undefined;
  return (column) => {
    if (last?.column !== column) last = { column, sorted: sortedPresent(column.data) };
    return last.sorted;
  };
}
