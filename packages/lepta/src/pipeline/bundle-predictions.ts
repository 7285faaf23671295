// What a bundle's model says of a table's rows, beside their true labels.
import { columnOf, isNumeric, labelAt, type Table } from "@lepta/data";
import type { Outcomes, TaskPredictions } from "@lepta/ml";

/** Undefined for a kind of outcome that no metric is known of, or a number beside a target that is none. */
export function bundlePredictions(table: Table, target: string, outcomes: Outcomes): TaskPredictions | undefined {
  const column = columnOf(table, target);
  if (outcomes.kind === "number")
    return isNumeric(column) ? { task: "regression", labels: column.data, values: outcomes.values } : undefined;
  if (outcomes.kind !== "class") return undefined;
  const { classes, positive, probabilities } = outcomes;
  return {
    task: classes.length === 2 ? "binary" : "multiclass",
    classes,
    ...(positive === null ? {} : { positive }),
    labels: Array.from({ length: table.rowCount }, (_, row) => labelAt(column, row) ?? ""),
    probabilities,
  };
}
