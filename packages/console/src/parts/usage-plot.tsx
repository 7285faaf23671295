// Usage a day as bars, the products stacked; the same as a table for who wants the figures.
import type { UsageSummary } from "@lepta/api";
import { useMemo, useState } from "react";
import uPlot from "uplot";
import { formatCount } from "../format/numbers.ts";
import { formatDay } from "../format/time.ts";
import { usageDays } from "../state/usage-days.ts";
import { DataTable } from "./data-table.tsx";
import { axis, Plot } from "./plot.tsx";
import styles from "./usage-plot.module.css";

const colours = ["--champion", "--challenger", "--muted", "--good"] as const;
const compact = new Intl.NumberFormat(undefined, { notation: "compact" });

export function UsagePlot({ usage }: { usage: UsageSummary }) {
  const { days, products, counts, stacked } = useMemo(() => usageDays(usage), [usage]);
  const [cursor, setCursor] = useState<number | null>(null);
  // The tallest first, so that each bar covers the one it stands on.
  const data = useMemo<uPlot.AlignedData>(
    () => [days.map((_, i) => i), ...[...stacked].reverse().map((row) => [...row])],
    [days, stacked],
  );
  const bars = uPlot.paths.bars;
  const at = cursor ?? undefined;
  return (
    <figure className={styles.figure}>
      <figcaption className={styles.legend}>
        {products.map((product, p) => (
          <span key={product}>
            <i data-colour={p % colours.length} aria-hidden="true" />
            {product}{" "}
            <b>
              {formatCount(at === undefined ? (counts[p] ?? []).reduce((a, b) => a + b, 0) : (counts[p]?.[at] ?? 0))}
            </b>
          </span>
        ))}
        <span className={styles.day}>{at === undefined ? "whole month" : formatDay(days[at] as string)}</span>
      </figcaption>
      <Plot
        form={`${days[0]} ${days.length} ${products.join()}`}
        data={data}
        height={240}
        label={`Predictions a day: ${products.map((p, i) => `${p} ${formatCount((counts[i] ?? []).reduce((a, b) => a + b, 0))}`).join(", ")}`}
        onCursor={setCursor}
        options={(color) => ({
          legend: { show: false },
          cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
          padding: [8, 12, 0, 0],
          scales: {
            x: { time: false, range: [-0.6, days.length - 0.4] },
            y: { range: (_, __, max) => [0, Math.max(1, max * 1.08)] },
          },
          axes: [
            axis(color, {
              size: 26,
              grid: { show: false },
              incrs: [1, 2, 7, 14],
              space: 52,
              values: (_, ticks) => ticks.map((tick) => (days[tick] === undefined ? "" : formatDay(days[tick]))),
            }),
            axis(color, {
              size: 46,
              incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 1e7, 1e8],
              values: (_, ticks) => ticks.map((tick) => compact.format(tick)),
            }),
          ],
          series: [
            {},
            ...products.map((_, i) => {
              const fill = color(colours[(products.length - 1 - i) % colours.length] as string);
              return {
                fill,
                stroke: fill,
                width: 0,
                points: { show: false },
                ...(bars ? { paths: bars({ size: [0.72, 36], radius: 0.15 }) } : {}),
              };
            }),
          ],
        })}
      />
      <details className={styles.table}>
        <summary>As a table</summary>
        <DataTable
          label="Predictions a day"
          rows={days
            .map((day, i) => ({ day, i }))
            .filter(({ i }) => products.some((_, p) => (counts[p]?.[i] ?? 0) > 0))}
          rowKey={({ day }) => day}
          columns={[
            { header: "Day", cell: ({ day }) => formatDay(day) },
            ...products.map((product, p) => ({
              header: product,
              numeric: true,
              cell: ({ i }: { i: number }) => formatCount(counts[p]?.[i] ?? 0),
            })),
          ]}
        />
      </details>
    </figure>
  );
}
