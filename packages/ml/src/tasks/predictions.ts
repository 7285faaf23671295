// Predictions with their true labels, in the form that the metrics take.
import type { SchemaTarget, Table } from "@lepta/data";
import { labelsOf, valuesOf } from "./task.ts";

/** The true labels, as the target has them: classes, or numbers. */
export type Labels = readonly string[] | Float64Array;

export type TaskPredictions =
  | {
      readonly task: "binary" | "multiclass";
      readonly classes: readonly string[];
      readonly positive?: string;
      readonly labels: readonly string[];
      /** Row-major [rows, classes]. */
      readonly probabilities: Float32Array;
    }
  | { readonly task: "regression"; readonly labels: Float64Array; readonly values: Float64Array };

/** What a model gives: probabilities [rows, classes] in float32, or values [rows, 1] in float64. */
export type Outputs = Float32Array | Float64Array;

/** `outputs` [rows, classes or 1] beside the target column of `table`. */
export function predictionsOf(table: Table, target: SchemaTarget, outputs: Outputs): TaskPredictions {
  const labels = target.classes === undefined ? valuesOf(table, target) : labelsOf(table, target);
  return labelledPredictions(target, labels, outputs);
}

/** `outputs` [rows, classes or 1] beside their labels. */
export function labelledPredictions(
  { classes, positive }: SchemaTarget,
  labels: Labels,
  outputs: Outputs,
): TaskPredictions {
  if (classes === undefined)
    return { task: "regression", labels: Float64Array.from(labels, Number), values: Float64Array.from(outputs) };
  return {
    task: classes.length === 2 ? "binary" : "multiclass",
    classes,
    ...(positive === undefined ? {} : { positive }),
    labels: Array.from<string | number, string>(labels, String),
    probabilities: Float32Array.from(outputs),
  };
}
