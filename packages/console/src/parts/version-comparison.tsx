// Two versions metric by metric on one scale each, their confusion matrices, and what they were made of.
import type { Metric, Version } from "@lepta/api";
import { meaning, namesOf } from "../format/metrics.ts";
import { formatValue } from "../format/numbers.ts";
import { plotDomain } from "../state/comparison.ts";
import { ConfusionMatrix } from "./confusion-matrix.tsx";
import { type Column, DataTable } from "./data-table.tsx";
import { IntervalPlot, IntervalText } from "./interval-plot.tsx";
import styles from "./version-comparison.module.css";

export function VersionComparison({ a, b }: { a: Version; b: Version }) {
  return (
    <div className={styles.comparison}>
      <MetricTable
        label={`Metrics of v${a.version} and v${b.version}`}
        left={{ name: nameOf(a), metrics: a.metrics }}
        right={{ name: nameOf(b), metrics: b.metrics }}
      />
      <div className={styles.pair}>
        {[a, ...(b === a ? [] : [b])].map((version) => (
          <div key={version.id}>
            <h3>{nameOf(version)}</h3>
            {version.confusion ? (
              <ConfusionMatrix confusion={version.confusion} />
            ) : (
              <p className="dim">No confusion matrix: not a classifier.</p>
            )}
          </div>
        ))}
      </div>
      <p className="dim small">
        {a.dataHash === b.dataHash
          ? "Both were made from the same data."
          : "They were made from different data: their metrics were measured on different rows."}
      </p>
    </div>
  );
}

interface Side {
  readonly name: string;
  readonly metrics: Version["metrics"];
}

interface MetricTableProps {
  label: string;
  left: Side;
  right: Side | undefined;
  /** The trivial policy's metrics, beside both. */
  trivial?: Readonly<Record<string, number>> | undefined;
}

/** Each metric on a line, both sides on the line's own scale. */
export function MetricTable({ label, left, right, trivial }: MetricTableProps) {
  const names = namesOf(left.metrics, right?.metrics ?? {});
  const about = (name: string) => (left.metrics[name] ?? right?.metrics[name]) as Metric;
  const side = (of: Side): Column<string> => ({
    header: of.name,
    numeric: true,
    cell: (name) => {
      const interval = of.metrics[name];
      return interval ? <IntervalText interval={interval} /> : "–";
    },
  });
  const columns: Column<string>[] = [
    {
      header: "Metric",
      cell: (name) => (
        <span title={meaning(about(name))}>
          {about(name).title}
          <div className="dim small">{about(name).direction} is better</div>
        </span>
      ),
    },
    side(left),
    ...(right ? [side(right)] : []),
    ...(trivial
      ? [
          {
            header: "Trivial",
            numeric: true,
            cell: (name: string) => (trivial[name] === undefined ? "–" : formatValue(trivial[name])),
          },
        ]
      : []),
    {
      header: right ? `95 % intervals, ${left.name} above` : "95 % intervals",
      wide: true,
      cell: (name) => {
        const pair = [left.metrics[name], right?.metrics[name]] as const;
        const domain = plotDomain(pair);
        return pair.map(
          (interval, i) =>
            interval && (
              <IntervalPlot
                key={i === 0 ? "left" : "right"}
                interval={interval}
                domain={domain}
                tone={i === 0 ? "plain" : "second"}
                label={`${about(name).title} of ${i === 0 ? left.name : right?.name}`}
              />
            ),
        );
      },
    },
  ];
  return <DataTable label={label} columns={columns} rows={names} rowKey={(name) => name} />;
}

function nameOf(version: Version): string {
  return `${version.name} v${version.version}`;
}
