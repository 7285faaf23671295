// One quantity of one model over the training steps: training thin, validation strong, the best value marked.
import { useMemo, useState } from "react";
import uPlot from "uplot";
import { formatCount, formatValue } from "../format/numbers.ts";
import { alignPoints, type CurvePlot, type PlotSeries } from "../state/curves.ts";
import styles from "./curve-plot.module.css";
import { axis, Plot } from "./plot.tsx";

export function CurvePlotView({ plot }: { plot: CurvePlot }) {
  const [cursor, setCursor] = useState<number | null>(null);
  const data = useMemo(() => alignPoints(plot.series.map((s) => s.points)), [plot]);
  const { title: label } = plot;
  const step = cursor === null ? undefined : data[0][cursor];
  const spoken = plot.series.map((s) => `${s.part} ${formatValue(s.last)}, best ${formatValue(s.best[1])}`).join("; ");

  return (
    <figure className={styles.figure}>
      <figcaption className={styles.caption}>
        <span className={styles.name}>{label}</span>
        <span className={styles.step}>{step === undefined ? "\u00a0" : `step ${formatCount(step)}`}</span>
      </figcaption>
      <Plot
        form={plot.series.map((s) => s.part).join()}
        data={data}
        height={220}
        label={`${label} of ${plot.model} by step: ${spoken}`}
        onCursor={setCursor}
        options={(color) => ({
          legend: { show: false },
          cursor: { y: false, drag: { x: true, y: false }, points: { size: 7 } },
          padding: [8, 12, 0, 0],
          scales: {
            x: { time: false, range: (_, low, high) => (low === high ? [0, high * 2 || 1] : [low, high]) },
            y: {
              range: (_, low, high) =>
                low === high ? [low - 0.05, high + 0.05] : uPlot.rangeNum(low, high, 0.08, false),
            },
          },
          axes: [
            axis(color, { size: 26, values: (_, ticks) => ticks.map((tick) => formatCount(tick)) }),
            axis(color, { size: 52, values: (_, ticks) => ticks.map((tick) => tickText(tick, ticks)) }),
          ],
          series: [
            {},
            ...plot.series.map((s) => ({
              stroke: color(s.part === "train" ? "--muted" : "--champion"),
              width: s.part === "train" ? 1.25 : 2.25,
              spanGaps: true,
              points: { show: s.points.length < 3, size: 5 },
            })),
          ],
        })}
      />
      <div className={styles.legend}>
        {plot.series.map((s, i) => (
          <LegendEntry key={s.part} series={s} under={cursor === null ? undefined : (data[i + 1]?.[cursor] ?? null)} />
        ))}
      </div>
    </figure>
  );
}

/** @param under the value at the cursor; null where the curve has none there, undefined without a cursor */
function LegendEntry({ series, under }: { series: PlotSeries; under: number | null | undefined }) {
  return (
    <span className={styles.entry} data-part={series.part}>
      <i aria-hidden="true" />
      {series.part === "train" ? "training" : "validation"}
      <b>{under === undefined ? formatValue(series.last) : under === null ? "–" : formatValue(under)}</b>
      <span className="dim">
        best {formatValue(series.best[1])} at {formatCount(series.best[0])}
      </span>
    </span>
  );
}

function tickText(tick: number, ticks: readonly number[]): string {
  const gap = Math.abs((ticks[1] ?? 1) - (ticks[0] ?? 0)) || 1;
  const digits = Math.min(6, Math.max(0, Math.ceil(-Math.log10(gap) - 1e-9)));
  return new Intl.NumberFormat(undefined, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
    tick,
  );
}
