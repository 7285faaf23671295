// What a stage found: its figures in a line, its records as small tables.
import type { Stage } from "@lepta/api";
import { figureText, spoken } from "../format/figures.ts";
import { arrangeSummary, type SummaryTable } from "../state/summary.ts";
import styles from "./stage-summary.module.css";

export function StageSummary({ summary }: { summary: NonNullable<Stage["summary"]> }) {
  const { figures, tables } = arrangeSummary(summary);
  return (
    <div className={styles.summary}>
      {figures.length > 0 && (
        <dl className={styles.figures}>
          {figures.map(([name, value]) => (
            <div key={name}>
              <dt>{spoken(name)}</dt>
              <dd>{figureText(value)}</dd>
            </div>
          ))}
        </dl>
      )}
      {tables.length > 0 && (
        <div className={styles.tables}>
          {tables.map((table) => (
            <SmallTable key={table.name} table={table} />
          ))}
        </div>
      )}
    </div>
  );
}

function SmallTable({ table: { name, columns, rows } }: { table: SummaryTable }) {
  return (
    <div className={styles.frame}>
      <table className={styles.table}>
        <caption>{spoken(name)}</caption>
        {columns.some((column) => column !== "" && column !== "value") && (
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {spoken(column)}
                </th>
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {rows.map((row) => (
            <tr key={figureText(row[0] ?? null)}>
              {row.map((cell, i) =>
                i === 0 ? (
                  <th key={columns[i]} scope="row">
                    {figureText(cell)}
                  </th>
                ) : (
                  <td key={columns[i]} data-numeric={typeof cell === "number" ? true : undefined}>
                    {figureText(cell)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
