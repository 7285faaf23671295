// What a cleaning step gives: the new table and a report of what it changed.
import type { Column, Table } from "../table.ts";
import { replaceColumns } from "../table.ts";

export interface Cleaned<R> {
  readonly table: Table;
  readonly report: R;
}

/** The table with some columns replaced; what is known of its reading stays. */
export function withColumns(table: Table, replace: (column: Column) => Column): Table {
  const columns = table.columns.map(replace);
  return columns.every((column, i) => column === table.columns[i]) ? table : replaceColumns(table, columns);
}
