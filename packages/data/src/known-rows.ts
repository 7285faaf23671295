// What rows are known by: hashes of their values and keys of what their file holds, each worked out when first asked for.
import { rowHashesOf, tableHashOf } from "./content-hash.ts";
import { Lazy } from "./lazy.ts";
import { lengthOf, type Rows } from "./view-column.ts";

interface Content {
  readonly name: string;
  readonly data: Float64Array | readonly string[];
}

export interface KnownRows {
  readonly count: number;
  readonly hashes: Lazy<readonly string[]>;
  readonly hash: Lazy<string>;
  /** Absent for rows that were in no file. */
  readonly keys?: Lazy<Float64Array>;
  /** Whose rows these are, where they were taken from a table. */
  readonly taken?: { readonly from: KnownRows; readonly rows: Rows };
}

export function knownRows(
  columns: readonly Content[],
  { keys, hashes, taken }: Partial<Pick<KnownRows, "keys" | "hashes" | "taken">> = {},
): KnownRows {
  const own = hashes ?? new Lazy(() => rowHashesOf(columns));
  return {
    count: columns[0] === undefined ? 0 : lengthOf(columns[0]),
    hashes: own,
    hash: new Lazy(() => tableHashOf(columns, own.value)),
    ...(keys === undefined ? {} : { keys }),
    ...(taken === undefined ? {} : { taken }),
  };
}

/**
 * These rows of `known`, with their columns. Hashes are taken from its own where those are there or where these are most
 * of its rows: to hash a large table for a few of its rows costs more than to hash them.
 */
export function takenRows(
  known: KnownRows,
  rows: Rows,
  columns: readonly Content[],
  through: (inner: Rows) => Rows,
): KnownRows {
  const taken =
    known.taken === undefined || known.hashes.isDone
      ? { from: known, rows }
      : { from: known.taken.from, rows: through(known.taken.rows) };
  const { from, rows: own } = taken;
  const { keys } = from;
  return knownRows(columns, {
    taken,
    hashes: new Lazy(() => {
      if (!from.hashes.isDone && 2 * own.length < from.count) return rowHashesOf(columns);
      const all = from.hashes.value;
      return Array.from(own, (row) => all[row]!);
    }),
    ...(keys === undefined ? {} : { keys: new Lazy(() => Float64Array.from(own, (row) => keys.value[row]!)) }),
  });
}
