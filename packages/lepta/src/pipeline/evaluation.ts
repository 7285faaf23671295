// What is measured of one model.
import type { Metrics } from "./metrics-text.ts";

export type Evaluation = {
  readonly metrics: Metrics;
  /** Chosen by the costs; null: the more probable class, or a number. */
  readonly threshold: number | null;
  /** Mean cost a row of the test part at the threshold. */
  readonly meanCost: number | null;
  readonly confusion: {
    readonly labels: readonly string[];
    readonly counts: readonly (readonly number[])[];
  } | null;
};
