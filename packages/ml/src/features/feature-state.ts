// What the fitted features know about each column: plain JSON, so that it can be stored and compared.

import type { ColumnReading } from "@lepta/data";
import type { CategoryEffects } from "./category-effects.ts";

/** How numbers enter the model: standardised alone, or standardised beside a piecewise-linear encoding. */
export type Encoding = "linear" | "piecewise";

/** A repeating part of a timestamp (UTC), given to the model as sine and cosine. */
export type Cycle = "hour" | "weekday" | "year";

/** A column of numbers: booleans are 0 and 1, timestamps milliseconds since 1970 (UTC). */
export interface NumberFeature {
  readonly kind: "number";
  readonly name: string;
  readonly type: "number" | "boolean" | "timestamp";
  /** How its raw values are read, by whatever way they come. */
  readonly reading: ColumnReading;
  /** Stands in for a missing value: the median of the training rows. */
  readonly median: number;
  /** Whether training rows lacked it; then a column of its own says so. */
  readonly missing: boolean;
  /** Whether log(1 + max(x, 0)) is standardised in place of x. */
  readonly log: boolean;
  readonly mean: number;
  /** Standard deviation of the training rows; 0 for a constant column, which then has no effect. */
  readonly scale: number;
  /** Edges of the bins of the piecewise-linear encoding, ascending; fewer than three mean no encoding. */
  readonly edges: readonly number[];
  readonly cycles: readonly Cycle[];
}

/** A column of strings, one column of the model's input a category. */
export interface CategoryFeature {
  readonly kind: "category";
  readonly name: string;
  /** How its raw values are read, by whatever way they come. */
  readonly reading: ColumnReading;
  /** Categories with a column of their own, sorted. */
  readonly categories: readonly string[];
  /** Share of the training rows of each category, and last of the missing ones; they stand in for an unknown value. */
  readonly shares: readonly number[];
  /** Whether training rows lacked it; then missing has a column of its own. */
  readonly missing: boolean;
  /** Whether rare categories were put together; then they and every unknown value share one column. */
  readonly other: boolean;
  /** How many different categories the training rows had. */
  readonly different: number;
  /** What those without a column of their own say about the target; null where that was not fitted, or is nothing. */
  readonly effects: CategoryEffects | null;
}

export type Feature = NumberFeature | CategoryFeature;

export interface FeatureState {
  readonly encoding: Encoding;
  readonly features: readonly Feature[];
}
