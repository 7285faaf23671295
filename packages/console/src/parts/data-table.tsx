// A table with named columns: scrolls sideways where it must, becomes a compact row of two lines on a narrow page.
import { Button, Table } from "@mantine/core";
import type { Key, ReactNode } from "react";
import styles from "./data-table.module.css";

export interface Column<T> {
  readonly header: string;
  readonly cell: (row: T) => ReactNode;
  /** Numbers stand right, in figures of one width. */
  readonly numeric?: boolean | undefined;
  /** Takes what width is left; for plots and bars. */
  readonly wide?: boolean | undefined;
  /**
   * Its place on a narrow page: "end" of the first line, beside the row's head; "rest", named, in the line under it; or
   * nowhere, as what the row's own page tells. Default "rest".
   */
  readonly narrow?: "end" | "rest" | "hidden" | undefined;
}
interface DataTableProps<T> {
  /** What the table shows, for who does not see it. */
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  rowKey: (row: T) => Key;
  more?: (() => void) | undefined;
  loadingMore?: boolean | undefined;
}

// Roles are said again because narrow rows change the display of table elements, which takes their meaning away.
export function DataTable<T>({ label, columns, rows, rowKey, more, loadingMore }: DataTableProps<T>) {
  return (
    <div className={styles.frame}>
      <Table className={styles.table} role="table" aria-label={label} verticalSpacing="sm" horizontalSpacing="md">
        <Table.Thead role="rowgroup">
          <Table.Tr role="row">
            {columns.map(({ header, numeric, wide }) => (
              <Table.Th key={header} role="columnheader" scope="col" mod={{ numeric, wide }}>
                {header}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody role="rowgroup">
          {rows.map((row) => (
            <Table.Tr key={rowKey(row)} role="row">
              {columns.map(({ header, cell, numeric, wide, narrow = "rest" }, i) =>
                i === 0 ? (
                  <Table.Th key={header} role="rowheader" scope="row">
                    {cell(row)}
                  </Table.Th>
                ) : (
                  <Table.Td key={header} role="cell" data-label={header} data-narrow={narrow} mod={{ numeric, wide }}>
                    <div>{cell(row)}</div>
                  </Table.Td>
                ),
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {more && (
        <div className={styles.more}>
          <Button variant="subtle" onClick={more} loading={loadingMore ?? false}>
            Show more
          </Button>
        </div>
      )}
    </div>
  );
}
