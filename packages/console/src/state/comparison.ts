// What an interval says about a difference, and where intervals are drawn.
import type { ExperimentVariant, Interval } from "@lepta/api";

export interface Verdict {
  readonly kind: "reference" | "waiting" | "better" | "worse" | "open";
  readonly text: string;
}

/** Cost less the champion's: better only where the whole interval is below 0, worse only where it is above. */
export function costVerdict(variant: Pick<ExperimentVariant, "role" | "difference">): Verdict {
  const { difference } = variant;
  if (variant.role === "champion") return { kind: "reference", text: "What others are compared with" };
  if (!difference || difference.low === null || difference.high === null)
    return { kind: "waiting", text: "Needs more labels to compare" };
  if (difference.high < 0) return { kind: "better", text: "Costs less: the interval excludes 0" };
  if (difference.low > 0) return { kind: "worse", text: "Costs more: the interval excludes 0" };
  return { kind: "open", text: "No difference shown: the interval contains 0" };
}

/** The span that holds every interval (and `include`), a little air at both ends. */
export function plotDomain(
  intervals: readonly (Interval | null | undefined)[],
  include: readonly number[] = [],
): [number, number] {
  const values = [...include];
  for (const interval of intervals) {
    if (!interval) continue;
    values.push(interval.value, interval.low ?? interval.value, interval.high ?? interval.value);
  }
  if (values.length === 0) return [0, 1];
  const low = Math.min(...values);
  const high = Math.max(...values);
  const air = high > low ? (high - low) * 0.08 : Math.abs(high) * 0.1 || 0.1;
  return [low - air, high + air];
}
