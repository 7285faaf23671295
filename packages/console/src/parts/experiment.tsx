// The experiment's table: what each variant costs, how it differs from the champion, and whether that is shown.
import type { Experiment as ExperimentData, ExperimentVariant } from "@lepta/api";
import { formatCount, formatProbability, formatShare } from "../format/numbers.ts";
import { costVerdict, plotDomain } from "../state/comparison.ts";
import { type Column, DataTable } from "./data-table.tsx";
import styles from "./experiment.module.css";
import { IntervalPlot, IntervalText } from "./interval-plot.tsx";
import { VersionLink } from "./references.tsx";
import { RoleBadge } from "./status-badge.tsx";
import { ShareBar } from "./traffic.tsx";

export function Experiment({ experiment }: { experiment: ExperimentData }) {
  const { variants, product, metric, confidence, sampleRatio } = experiment;
  const costs = plotDomain(variants.map((variant) => variant.cost));
  const differences = plotDomain(
    variants.map((variant) => variant.difference),
    [0],
  );
  const compared = variants.some((variant) => variant.role === "challenger");
  const columns: Column<ExperimentVariant>[] = [
    {
      header: "Variant",
      cell: (variant) => (
        <>
          <RoleBadge role={variant.role} />
          <div className={styles.model}>
            <VersionLink product={product} model={variant.model} />
          </div>
        </>
      ),
    },
    { header: "Traffic", numeric: true, cell: (variant) => formatShare(variant.weight) },
    {
      header: "Predictions",
      numeric: true,
      cell: (variant) => (
        <>
          {formatCount(variant.predictions)}
          {variant.units !== variant.predictions && (
            <div className="dim small">for {formatCount(variant.units)} subjects</div>
          )}
        </>
      ),
    },
    {
      header: "Feedback",
      cell: (variant) => (
        <ShareBar part={variant.feedback} whole={variant.predictions} label="Predictions with their true label" />
      ),
    },
    {
      header: `Mean ${metric}`,
      wide: true,
      cell: (variant) =>
        variant.cost ? (
          <div className={styles.measured}>
            <IntervalText interval={variant.cost} />
            <IntervalPlot interval={variant.cost} domain={costs} tone={variant.role} label={`Mean ${metric}`} />
            {variant.tooFew && <span className="dim small">too few labels to say much</span>}
          </div>
        ) : (
          <span className="dim small">no labels yet</span>
        ),
    },
  ];
  if (compared) {
    columns.push({
      header: "Against the champion",
      wide: true,
      cell: (variant) => <Difference variant={variant} domain={differences} />,
    });
  }
  return (
    <div className={styles.experiment}>
      {sampleRatio?.mismatch && (
        <p className={styles.warning} role="alert">
          <b>The variants’ shares do not follow their weights</b> (p {formatProbability(sampleRatio.pValue)}): something
          outside sends subjects to one variant more than to the other. Do not compare them before it is found.
        </p>
      )}
      <DataTable label={`Variants of ${product}`} columns={columns} rows={variants} rowKey={(variant) => variant.id} />
      <p className={styles.note}>
        Dots are means, lines their {formatShare(confidence)} intervals. Lower {metric} is better; a difference counts
        only when its interval excludes 0.
      </p>
    </div>
  );
}

function Difference({ variant, domain }: { variant: ExperimentVariant; domain: [number, number] }) {
  const verdict = costVerdict(variant);
  if (!variant.difference || verdict.kind === "reference" || verdict.kind === "waiting")
    return <span className="dim small">{verdict.text}</span>;
  return (
    <div className={styles.measured}>
      <IntervalText interval={variant.difference} signed />
      <IntervalPlot
        interval={variant.difference}
        domain={domain}
        reference={0}
        tone={variant.role}
        signed
        label="Difference from the champion"
      />
      <span className={styles.verdict} data-kind={verdict.kind}>
        {verdict.text}
        {variant.pValue !== null && <span className="dim"> (p {formatProbability(variant.pValue)})</span>}
      </span>
    </div>
  );
}
