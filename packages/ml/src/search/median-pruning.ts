// Median pruning: a trial stops when its best value so far is worse than the median of earlier trials at that step.
import type { Trial } from "./trial.ts";

export interface MedianPruning {
  /** Complete trials needed before any is pruned. Default 5. */
  readonly minTrials?: number;
  /** Steps below this are never pruned at. Default 0. */
  readonly warmupSteps?: number;
}

/**
 * Whether the trial with `reports` should stop now (the median rule of Golovin et al. 2017, on best values).
 * `sign` is 1 when lower is better, −1 when higher is.
 */
export function shouldPrune(
  reports: Trial["reports"],
  past: readonly Trial[],
  sign: 1 | -1,
  { minTrials = 5, warmupSteps = 0 }: MedianPruning,
): boolean {
  const step = reports.at(-1)?.step;
  if (step === undefined || step < warmupSteps) return false;
  const bestUpTo = (list: Trial["reports"]): number =>
    Math.min(...list.filter((report) => report.step <= step).map((report) => sign * report.value));
  const others = past
    .filter((trial) => trial.state === "complete" && trial.reports.some((report) => report.step <= step))
    .map((trial) => bestUpTo(trial.reports))
    .sort((a, b) => a - b);
  if (others.length === 0 || others.length < minTrials) return false;
  const middle = others.length >> 1;
  const median = others.length % 2 === 1 ? others[middle]! : (others[middle - 1]! + others[middle]!) / 2;
  return bestUpTo(reports) > median;
}
