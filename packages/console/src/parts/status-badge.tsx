// A status in a word and a shape: never by colour alone.
import type { RunStatus, StageStatus } from "@lepta/api";
import styles from "./status-badge.module.css";

const statuses: Record<RunStatus | StageStatus, { label: string; sign: string }> = {
  running: { label: "running", sign: "●" },
  done: { label: "done", sign: "✓" },
  reused: { label: "reused", sign: "↺" },
  failed: { label: "failed", sign: "✕" },
  interrupted: { label: "interrupted", sign: "‖" },
};

export function StatusBadge({ status }: { status: RunStatus | StageStatus }) {
  const { label, sign } = statuses[status];
  return (
    <span className={styles.badge} data-status={status}>
      <span aria-hidden="true">{sign}</span>
      {label}
    </span>
  );
}

export function RoleBadge({ role }: { role: "champion" | "challenger" }) {
  return (
    <span className={styles.badge} data-role={role}>
      <span aria-hidden="true" className={styles.dot} />
      {role}
    </span>
  );
}
