// Removes rows that repeat an earlier row.
import { type Table, takeRows } from "../table.ts";
import type { Cleaned } from "./cleaned.ts";

export interface DuplicateReport {
  readonly removed: number;
  /** Row numbers of the removed rows, ascending. */
  readonly rows: Int32Array;
}

/** Keeps the first of rows that are equal in every column. */
export function removeDuplicates(table: Table): Cleaned<DuplicateReport> {
  const seen = new Set<string>();
  const kept: number[] = [];
  const removed: number[] = [];
  table.rowHashes.forEach((hash, row) => {
    (seen.has(hash) ? removed : kept).push(row);
    seen.add(hash);
  });
  const report = { removed: removed.length, rows: Int32Array.from(removed) };
  if (removed.length === 0) return { table, report };
  const { rejected, notes } = table;
  return { table: { ...takeRows(table, kept), rejected, notes }, report };
}
