// Which task a schema asks for, and the target column as numbers to learn.
import { columnOf, isNumeric, labelAt, type Schema, type SchemaTarget, type Table } from "@lepta/data";
import { MlError } from "../errors.ts";
import type { Target } from "../models/model.ts";
import { momentsOf } from "../moments.ts";
import type { OutcomeForm } from "../outcomes/index.ts";

export type Task = "binary" | "multiclass" | "regression";

/** Throws `task-unsupported` where the schema has no target. */
export function inferTask(schema: Pick<Schema, "target">): Task {
  const { classes } = targetIn(schema);
  if (classes === undefined) return "regression";
  return classes.length === 2 ? "binary" : "multiclass";
}

/** What a model of the target says of a row. */
export function outcomeForm({ classes, positive }: SchemaTarget, threshold?: number): OutcomeForm {
  if (classes === undefined) return { kind: "number" };
  return { kind: "class", classes, positive: positive ?? null, threshold: threshold ?? null };
}

export function targetIn(schema: Pick<Schema, "target">): SchemaTarget {
  if (schema.target !== undefined) return schema.target;
  throw new MlError(
    "task-unsupported",
    "The schema names no target to learn.",
    "Infer the schema with a target: inferSchema(table, { target }).",
  );
}

/** Row numbers whose target is not missing. */
export function labelledRows(table: Table, target: SchemaTarget): Int32Array {
  const column = columnOf(table, target.name);
  return Int32Array.from({ length: table.rowCount }, (_, row) => row).filter(
    (row) => labelAt(column, row) !== undefined,
  );
}

/** The classes of the rows as strings. Throws `training-rows-invalid` at one that the schema does not have. */
export function labelsOf(table: Table, target: SchemaTarget): string[] {
  const column = columnOf(table, target.name);
  return Array.from({ length: table.rowCount }, (_, row) => {
    const label = labelAt(column, row);
    if (label !== undefined && target.classes?.includes(label)) return label;
    throw new MlError(
      "training-rows-invalid",
      `Row ${row}: the target "${target.name}" is ${label === undefined ? "missing" : `"${label}"`}, not one of the classes ${target.classes?.join(", ")}.`,
      "Infer the schema from the table that holds all parts, and leave out rows without a target.",
    );
  });
}

/** The numbers of a regression's target. Throws `training-rows-invalid` where the column has none. */
export function valuesOf(table: Table, target: SchemaTarget): Float64Array {
  const column = columnOf(table, target.name);
  if (isNumeric(column)) return column.data;
  throw new MlError(
    "training-rows-invalid",
    `The target "${target.name}" is a column of ${column.type}, not of numbers.`,
    "Infer the schema from this table.",
  );
}

/** A target made ready to learn, and the way back for numbers. */
export interface PreparedTarget {
  readonly target: Target;
  /** value = mean + scale × what the model gives; 0 and 1 for classes. */
  readonly mean: number;
  readonly scale: number;
}

/** Throws `training-rows-invalid` where fewer than two rows, or fewer than two classes are there. */
export function prepareTarget(table: Table, target: SchemaTarget): PreparedTarget {
  const few = (message: string): MlError =>
    new MlError(
      "training-rows-invalid",
      message,
      `Give more rows to learn from${target.classes === undefined ? "" : ", with at least two classes among them"}.`,
    );
  if (table.rowCount < 2) throw few(`${table.rowCount} rows with a target are too few to learn from.`);
  if (target.classes === undefined) {
    const values = valuesOf(table, target);
    const { mean, scale: deviation } = momentsOf(values);
    const scale = deviation > 0 ? deviation : 1;
    return { target: { kind: "numbers", values: values.map((value) => (value - mean) / scale) }, mean, scale };
  }
  const index = new Map(target.classes.map((name, i) => [name, i]));
  const values = Int32Array.from(labelsOf(table, target), (label) => index.get(label)!);
  if (new Set(values).size < 2) throw few(`All training rows are of the class "${target.classes[values[0]!]}".`);
  return { target: { kind: "classes", values, classes: target.classes.length }, mean: 0, scale: 1 };
}
