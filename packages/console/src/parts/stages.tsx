// A run's stages in their order: state, time, and the figures that each one found.
import type { RunEvent, Stage } from "@lepta/api";
import { formatCount, formatShare } from "../format/numbers.ts";
import { Hash } from "./hash.tsx";
import { Nothing } from "./page.tsx";
import { StageSummary } from "./stage-summary.tsx";
import styles from "./stages.module.css";
import { StatusBadge } from "./status-badge.tsx";
import { Lasted } from "./time-text.tsx";

interface StagesProps {
  stages: readonly Stage[];
  progress: (RunEvent & { type: "progress" }) | undefined;
}

export function Stages({ stages, progress }: StagesProps) {
  if (stages.length === 0) return <Nothing title="No stage yet">The run has not begun its first stage.</Nothing>;
  return (
    <ol className={styles.stages} aria-live="polite" aria-relevant="additions text">
      {[...stages]
        .sort((a, b) => a.position - b.position)
        .map((stage) => (
          <li key={stage.name} className={styles.stage} data-status={stage.status}>
            <div className={styles.name}>{stage.name}</div>
            <StatusBadge status={stage.status} />
            <div className={styles.time}>
              {stage.status === "reused" || (stage.finishedAt === null && stage.status !== "running") ? (
                <span className="dim">–</span>
              ) : (
                <span aria-live="off">
                  <Lasted from={stage.startedAt} to={stage.finishedAt} />
                </span>
              )}
            </div>
            <div className={styles.body}>
              {stage.summary && <StageSummary summary={stage.summary} />}
              {stage.status === "running" && progress?.stage === stage.name && <Progress progress={progress} />}
              {stage.error && (
                <p className={styles.error}>
                  {stage.error.message}
                  {stage.error.fix && <span className="dim"> {stage.error.fix}</span>} <code>{stage.error.code}</code>
                </p>
              )}
              {stage.inputHash && (
                <span className={styles.hash}>
                  inputs <Hash value={stage.inputHash} name="hash of the stage’s inputs" short={8} />
                </span>
              )}
            </div>
          </li>
        ))}
    </ol>
  );
}

function Progress({ progress }: { progress: RunEvent & { type: "progress" } }) {
  const { done, total, text } = progress;
  return (
    <div className={styles.progress} aria-live="off">
      {total !== null && total > 0 && (
        <progress aria-label={`Progress of ${progress.stage}`} max={total} value={Math.min(done, total)} />
      )}
      <span className="dim small tabular">
        {text ?? ""} {total === null ? formatCount(done) : formatShare(total === 0 ? 0 : done / total)}
      </span>
    </div>
  );
}
