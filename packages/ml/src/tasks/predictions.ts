// Predictions with their true labels, in the form that the metrics take.
import type { SchemaTarget, Table } from "@lepta/data";
import { labelsOf, valuesOf } from "./task.ts";

export type TaskPredictions =
  | {
      readonly task: "binary" | "multiclass";
      readonly classes: readonly string[];
      readonly positive?: string;
      readonly labels: readonly string[];
      /** Row-major [rows, classes]. */
      readonly probabilities: Float32Array;
    }
  | { readonly task: "regression"; readonly labels: Float64Array; readonly values: Float32Array };

/** `outputs` [rows, classes or 1] beside the target column of `table`. */
export function predictionsOf(table: Table, target: SchemaTarget, outputs: Float32Array): TaskPredictions {
  const { classes, positive } = target;
  if (classes === undefined) return { task: "regression", labels: valuesOf(table, target), values: outputs };
  return {
    task: classes.length === 2 ? "binary" : "multiclass",
    classes,
    ...(positive === undefined ? {} : { positive }),
    labels: labelsOf(table, target),
    probabilities: outputs,
  };
}
