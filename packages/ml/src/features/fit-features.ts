// Fits the feature pipeline on the rows of the training part: medians, scales, bins, categories and words.
import { columnOf, type Schema, type Table } from "@lepta/data";
import { MlError } from "../errors.ts";
import { type Feature, inputKinds } from "../inputs/index.ts";
import { type FeaturePipeline, featurePipeline } from "./feature-pipeline.ts";
import type { Encoding } from "./feature-state.ts";

export interface FeatureOptions {
  /** Default "piecewise". */
  readonly encoding?: Encoding;
  /** Most bins a number in the piecewise-linear encoding; fewer where there are more than 512 numbers. Default 8. */
  readonly bins?: number;
  /** Most categories with a column of their own; the rarest beyond it are put together (see `learnEffects`). Default 64. */
  readonly categories?: number;
}

/**
 * Learns from `table` (the training part) how to turn the schema's features into numbers.
 * The result says which columns are no features, and why. Throws `no-features`, `training-rows-invalid` (a column that
 * holds another type than the schema has).
 */
export function fitFeatures(
  table: Table,
  schema: Pick<Schema, "features">,
  options: FeatureOptions = {},
): FeaturePipeline {
  const { encoding = "piecewise", bins = 8, categories = 64 } = options;
  const leftOut: { name: string; reason: string }[] = [];
  const features: Feature[] = [];
  const kinds = schema.features.map(({ type }) => inputKinds[type]);
  for (const [i, { name }] of schema.features.entries()) {
    const kind = kinds[i]!;
    const learnt = kind.fit(columnOf(table, name), {
      bins: encoding === "piecewise" ? bins : 0,
      plain: encoding === "plain",
      categories,
      alike: kinds.filter(({ feature }) => feature === kind.feature).length,
    });
    if ("leftOut" in learnt) leftOut.push({ name, reason: learnt.leftOut });
    else features.push(learnt);
  }
  if (features.length === 0)
    throw new MlError(
      "no-features",
      `The table has no column to learn from${leftOut.map(({ name, reason }) => `; ${name}: ${reason}`).join("")}.`,
      "Give at least one column of numbers, categories, booleans, times or free text beside the target.",
    );
  return featurePipeline({ encoding, features }, leftOut);
}
