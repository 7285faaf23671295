// One run: its stages with what they took, and its curves as they grow.
import { type Run, runName } from "@lepta/api";
import { formatValue } from "../format/numbers.ts";
import { CurvePlotView } from "../parts/curve-plot.tsx";
import { Facts } from "../parts/facts.tsx";
import { Rows } from "../parts/loading.tsx";
import { Nothing, Page, Section } from "../parts/page.tsx";
import { ProblemNote } from "../parts/problem.tsx";
import { RunLog } from "../parts/run-log.tsx";
import { Stages } from "../parts/stages.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";
import { Ago, Lasted } from "../parts/time-text.tsx";
import { arrangeCurves, type CurvePlot, isCurve } from "../state/curves.ts";
import { type Following, useLiveRun } from "../state/live-run.ts";
import { Link } from "../state/navigation.tsx";
import { pathTo } from "../state/paths.ts";
import styles from "./run.module.css";

const followingText: Record<Following, string> = {
  connecting: "connecting",
  live: "live",
  polling: "no stream: read every 2 s",
  ended: "",
};

export default function RunPage({ id }: { id: string }) {
  const { run, progress, following, error, reload } = useLiveRun(id);
  return (
    <Page
      title={`Run ${runName(id)}`}
      crumbs={[{ label: "Runs", to: pathTo("runs") }]}
      lead={
        run && (
          <>
            <span role="status" aria-live="polite" className={styles.status}>
              <StatusBadge status={run.status} />
              {followingText[following] !== "" && <span className="dim small">{followingText[following]}</span>}
            </span>
            <Link to={pathTo("product", { product: run.product })}>{run.product}</Link>
            <span>
              started <Ago at={run.startedAt} />
            </span>
            {(run.finishedAt !== null || run.status === "running") && (
              <span>
                {run.status === "running" ? "running for " : "took "}
                <Lasted from={run.startedAt} to={run.finishedAt} />
              </span>
            )}
            {run.seed !== null && <span>seed {run.seed}</span>}
            <Link to={pathTo("runs", {}, { product: run.product, compare: run.id })}>Compare with another</Link>
          </>
        )
      }
    >
      {error && <ProblemNote error={error} onRetry={reload} />}
      {run?.resumable && <Resume run={run} />}
      {run ? (
        <>
          <Section title="Stages">
            <Stages stages={run.stages} progress={progress} />
          </Section>
          <Curves run={run} />
          <RunLog run={run} />
        </>
      ) : (
        !error && <Rows count={6} />
      )}
    </Page>
  );
}

function Resume({ run }: { run: Run }) {
  return (
    <p className={styles.resume}>
      <b>This run {run.status === "failed" ? "failed" : "was interrupted"}; nothing that it finished is lost.</b> Give
      the command that started it again, e.g. <code>lepta ship product.ts</code>: the new run takes over every finished
      stage whose inputs did not change.
    </p>
  );
}

function Curves({ run }: { run: Run }) {
  const plots = arrangeCurves(run.curves);
  const models = [...new Set(plots.map((plot) => plot.model))];
  if (plots.length === 0) {
    return (
      <Section title="Curves">
        <Nothing title="No curves">
          {run.status === "running"
            ? "They are drawn as soon as the training stage reports its first step."
            : "This run trained nothing: its training was reused from a run before, or it never came so far."}
        </Nothing>
      </Section>
    );
  }
  return models.map((model) => {
    const own = plots.filter((plot) => plot.model === model);
    const drawn = own.filter(isCurve);
    return (
      <Section
        key={model}
        title={drawn.length > 0 ? `Curves of ${model}` : `Figures of ${model}`}
        note={drawn.length > 0 ? undefined : "It was fitted in one step: there is no curve to draw."}
      >
        {drawn.length > 0 && (
          <div className={styles.plots}>
            {drawn.map((plot) => (
              <CurvePlotView key={plot.quantity} plot={plot} />
            ))}
          </div>
        )}
        <CurveFigures plots={own.filter((plot) => !isCurve(plot))} />
      </Section>
    );
  });
}

/** What was reported once is a figure, not a curve. */
function CurveFigures({ plots }: { plots: readonly CurvePlot[] }) {
  if (plots.length === 0) return null;
  return (
    <Facts
      facts={plots.flatMap(({ title, series }) =>
        series.map(({ part, last }) => ({
          name: `${title}, ${part === "train" ? "training" : "held out"}`,
          value: formatValue(last),
        })),
      )}
    />
  );
}
