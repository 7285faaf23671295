// What is measured of one model.
import type { Metrics } from "./metrics-text.ts";

export type Evaluation = {
  readonly metrics: Metrics;
  /** Metrics that the rows do not have, and why. */
  readonly absent: readonly { readonly metric: string; readonly reason: string }[];
  /** Chosen by the costs; null: the more probable class, or a number. */
  readonly threshold: number | null;
  /** Mean cost a row of the test part at the threshold. */
  readonly meanCost: number | null;
  readonly confusion: {
    readonly labels: readonly string[];
    readonly counts: readonly (readonly number[])[];
  } | null;
  /** The best answer that looks at no row, on the same rows. */
  readonly trivial: TrivialFigures;
};

/** As `Trivial` of @lepta/ml, in plain JSON: metrics that are there alone. */
export type TrivialFigures = {
  readonly policy: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly meanCost: number | null;
  /** How much less the model loses a row; bounds are null where too few rows give none. */
  readonly gain: {
    readonly loss: "cost" | "logLoss" | "squaredError";
    readonly value: number;
    readonly low: number | null;
    readonly high: number | null;
  };
  /** Whether the whole interval of the gain lies above 0. */
  readonly beaten: boolean;
};
