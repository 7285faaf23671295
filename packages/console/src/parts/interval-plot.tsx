// A value with its interval on a scale that its neighbours share: a dot on a line, and a mark at a reference value.
import type { Interval } from "@lepta/api";
import { formatBounds, formatSigned, formatValue } from "../format/numbers.ts";
import styles from "./interval-plot.module.css";

interface IntervalPlotProps {
  interval: Interval;
  domain: readonly [number, number];
  /** Drawn as a dashed mark, e.g. 0 for a difference. */
  reference?: number | undefined;
  /** By role; else plain, and second where it stands beside a plain one. */
  tone?: "champion" | "challenger" | "plain" | "second" | undefined;
  signed?: boolean | undefined;
  /** What the value is, for who does not see the plot. */
  label: string;
}

/** Positions are shares of the width, so the plot stretches with its cell and keeps its dot round. */
export function IntervalPlot({ interval, domain, reference, tone = "plain", signed, label }: IntervalPlotProps) {
  // A dot without its interval says less than the figure beside it.
  if (interval.low === null || interval.high === null) return null;
  const [low, high] = domain;
  const at = (value: number) => `${(((value - low) / (high - low)) * 100).toFixed(2)}%`;
  const bounds = formatBounds(interval, signed);
  const spoken = `${label}: ${(signed ? formatSigned : formatValue)(interval.value)}${bounds ? `, ${interval.low === null ? "" : "95 % interval "}${bounds}` : ""}`;
  return (
    <svg className={styles.plot} data-tone={tone} height="20" width="100%" role="img" aria-label={spoken}>
      <line className={styles.axis} x1="0" x2="100%" y1="10" y2="10" />
      {reference !== undefined && (
        <line className={styles.reference} x1={at(reference)} x2={at(reference)} y1="1" y2="19" />
      )}
      <line className={styles.whisker} x1={at(interval.low)} x2={at(interval.high)} y1="10" y2="10" />
      <line className={styles.cap} x1={at(interval.low)} x2={at(interval.low)} y1="6" y2="14" />
      <line className={styles.cap} x1={at(interval.high)} x2={at(interval.high)} y1="6" y2="14" />
      <circle className={styles.dot} cx={at(interval.value)} cy="10" r="4.5" />
    </svg>
  );
}

interface IntervalTextProps {
  interval: Interval;
  signed?: boolean | undefined;
  /** What the value is, over it. Default: said elsewhere. */
  name?: string | undefined;
}

/** The figure as text: the value, its bounds under it. */
export function IntervalText({ interval, signed, name }: IntervalTextProps) {
  const bounds = formatBounds(interval, signed);
  return (
    <span className={styles.text}>
      {name !== undefined && <small>{name}</small>}
      {(signed ? formatSigned : formatValue)(interval.value)}
      {bounds !== undefined && <small>{bounds}</small>}
    </span>
  );
}
