// What was measured of the candidates on the held-out test part.
import type { MeasuredModel } from "../learning/learn.ts";

export type Evaluated = {
  readonly rows: number;
  /** A sentence where test rows were learnt from, beyond what chance explains. */
  readonly overlap: string | null;
  /** The simplest first: it is the baseline. */
  readonly models: readonly MeasuredModel[];
  /** The model that is to be deployed beside the baseline. */
  readonly challenger: string;
};
