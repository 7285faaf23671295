// Adds to fitted features what the rarer values of their categories say about the target, without a row telling itself.
import { columnOf, type Table } from "@lepta/data";
import { effectName } from "../inputs/categories/apply-categories.ts";
import { type CrossFitted, fitEffects, type Response } from "../inputs/categories/category-effects.ts";
import { type Feature, featureKind } from "../inputs/index.ts";
import { type FeaturePipeline, featurePipeline } from "./feature-pipeline.ts";

export interface LearntEffects {
  readonly features: FeaturePipeline;
  /**
   * Puts, into a matrix [rows, columns] of the features of the table, each row's effects by rows outside of its fold in
   * place of those by all rows.
   */
  readonly crossFit: (matrix: Float32Array) => void;
}

/**
 * While the model learns, a row's effects come from other folds: a mean of the target that held the row's own answer
 * would be believed more than it is worth (Micci-Barreca 2001; scikit-learn's TargetEncoder). Rows that are only watched
 * teach nobody then. What the model is kept with comes from all rows.
 * @param response of all rows of the table. @param folds parts of all rows
 */
export function learnEffects(
  features: FeaturePipeline,
  rows: Table,
  response: Response,
  folds: readonly Int32Array[],
  watched: Int32Array,
): LearntEffects {
  const found = new Map<string, CrossFitted>();
  for (const feature of features.state.features) {
    const rest = featureKind(feature).rest?.(feature, columnOf(rows, feature.name));
    if (rest === undefined) continue;
    found.set(feature.name, fitEffects(rest.values, response, { among: rest.rows, folds, watched }));
  }
  const state = {
    ...features.state,
    features: features.state.features.map((feature): Feature => {
      const effects = found.get(feature.name)?.effects;
      return (effects && featureKind(feature).withEffects?.(feature, effects)) ?? feature;
    }),
  };
  const pipeline = featurePipeline(state, features.leftOut);
  return {
    features: pipeline,
    crossFit(matrix) {
      const width = pipeline.columns.length;
      for (const [name, { effects, crossFitted }] of found) {
        if (effects === undefined) continue;
        const at = pipeline.columns.indexOf(effectName(name, 0));
        for (let row = 0; row < rows.rowCount; row++)
          matrix.set(crossFitted.subarray(row * effects.width, (row + 1) * effects.width), row * width + at);
      }
    },
  };
}
