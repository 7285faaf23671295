// Removes rows that repeat an earlier row.
import { rowGroups } from "../row-groups.ts";
import { type Table, takeRows, withReport } from "../table.ts";
import type { Cleaned } from "./cleaned.ts";

export interface DuplicateReport {
  readonly removed: number;
  /** Row numbers of the removed rows, ascending. */
  readonly rows: Int32Array;
}

/** Keeps the first of rows that are equal in every column. */
export function removeDuplicates(table: Table): Cleaned<DuplicateReport> {
  const kept: number[] = [];
  const removed: number[] = [];
  let groups = 0;
  for (const [row, group] of rowGroups(table.columns, table.rowCount).groupOf.entries()) {
    // Groups are numbered in order of their first rows.
    if (group < groups) removed.push(row);
    else groups = kept.push(row);
  }
  const report = { removed: removed.length, rows: Int32Array.from(removed) };
  if (removed.length === 0) return { table, report };
  const { rejected, notes } = table;
  return { table: withReport(takeRows(table, kept), { rejected, unreadable: [], notes }), report };
}
