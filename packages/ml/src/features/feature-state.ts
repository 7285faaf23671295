// What the fitted features know about each column: plain JSON, so that it can be stored and compared.
import type { Feature } from "../inputs/index.ts";

/** How numbers enter the model: standardised alone, or standardised beside a piecewise-linear encoding. */
export type Encoding = "linear" | "piecewise";

export interface FeatureState {
  readonly encoding: Encoding;
  readonly features: readonly Feature[];
}
