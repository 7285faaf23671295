// Which classes were taken for which: actual in rows, predicted in columns, shaded by the share of the row.
import type { Version } from "@lepta/api";
import { formatCount, formatShare } from "../format/numbers.ts";
import styles from "./confusion-matrix.module.css";

export function ConfusionMatrix({ confusion }: { confusion: NonNullable<Version["confusion"]> }) {
  const { labels, counts } = confusion;
  return (
    <div className={styles.frame}>
      <table className={styles.matrix}>
        <caption>Rows: actual class. Columns: predicted class. Shares are of the row.</caption>
        <thead>
          <tr>
            <td />
            {labels.map((label) => (
              <th key={label} scope="col">
                predicted {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {labels.map((actual, i) => {
            const row = counts[i] ?? [];
            const sum = row.reduce((all, count) => all + count, 0);
            return (
              <tr key={actual}>
                <th scope="row">actual {actual}</th>
                {labels.map((predicted, j) => {
                  const count = row[j] ?? 0;
                  const share = sum === 0 ? 0 : count / sum;
                  return (
                    <td
                      key={predicted}
                      data-right={i === j}
                      style={{ "--share": `${Math.round(share * 70)}%` } as React.CSSProperties}
                    >
                      <b>{formatCount(count)}</b>
                      <small>{formatShare(share)}</small>
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
