// What the fitted features know about each column: plain JSON, so that it can be stored and compared.
import type { Feature } from "../inputs/index.ts";

/**
 * How numbers enter the model: standardised alone, standardised beside a piecewise-linear encoding, or as they are, less
 * their median, and NaN where they are missing.
 */
export type Encoding = "linear" | "piecewise" | "plain";

export interface FeatureState {
  readonly encoding: Encoding;
  readonly features: readonly Feature[];
}
