// What each kind of outcome is in a table: the columns that it is written as, the type of the target that it is measured by.

import type { Label } from "@lepta/api";
import type { Column, ColumnType } from "@lepta/data";
import type { OutcomeForm, OutcomeKind, Outcomes, Predictions } from "@lepta/ml";

interface InTables<Form, Many, Truth> {
  /**
   * How the target's values read: numbers and booleans as such, so that they compare as they were learnt. Classes such
   * as "01" were learnt as codes: as numbers they would be other classes.
   */
  targetType(form: Form): ColumnType;
  columns(outcomes: Many): Column[];
  /** The truth of a row as feedback has it. */
  label(labels: Truth, row: number, form: Form): string | number | boolean | number[];
}

const numbers = (name: string, data: Float64Array): Column => ({ name, type: "number", data });
/** Column `at` of a row-major matrix. */
const column = (matrix: Float32Array | Float64Array, width: number, at: number): Float64Array =>
  Float64Array.from({ length: matrix.length / width }, (_, row) => matrix[row * width + at] as number);

type Of<T extends { readonly kind: string }, K> = Extract<T, { readonly kind: K }>;

const kinds: {
  readonly [K in OutcomeKind]: InTables<Of<OutcomeForm, K>, Of<Outcomes, K>, Of<Predictions, K>["labels"]>;
} = {
  class: {
    targetType({ classes }) {
      if (classes.every((label) => String(Number(label)) === label && label !== "NaN")) return "number";
      return classes.every((label) => label === "true" || label === "false") ? "boolean" : "category";
    },
    columns: ({ labels, classes, probabilities }) => [
      { name: "label", type: "category", data: labels },
      ...classes.map((label, i) => numbers(`probability_${label}`, column(probabilities, classes.length, i))),
    ],
    label: (labels, row, { classes }) =>
      labels instanceof Int32Array ? (classes[labels[row] as number] as string) : (labels[row] as string),
  },
  number: {
    targetType: () => "number",
    columns: ({ values }) => [numbers("value", values)],
    label: (labels, row) => labels[row] as number,
  },
  series: {
    targetType: () => "number",
    columns: ({ steps, values }) =>
      Array.from({ length: steps }, (_, i) => numbers(`value_${i + 1}`, column(values, steps, i))),
    label: (labels, row, { steps }) => Array.from(labels).slice(row * steps, (row + 1) * steps),
  },
  score: {
    targetType: () => "boolean",
    columns: ({ scores, flags }) => [
      numbers("score", scores),
      { name: "flagged", type: "boolean", data: Float64Array.from(flags, Number) },
    ],
    label: (labels, row) => labels[row] === 1,
  },
};

export function targetType(form: OutcomeForm): ColumnType {
  const kind: InTables<OutcomeForm, Outcomes, Predictions["labels"]> = kinds[form.kind];
  return kind.targetType(form);
}

/** The columns of a file of predictions. */
export function outcomeColumns(outcomes: Outcomes): Column[] {
  const kind: InTables<OutcomeForm, Outcomes, Predictions["labels"]> = kinds[outcomes.kind];
  return kind.columns(outcomes);
}

/** The truth of a row as feedback sends it. */
export function labelOf(form: OutcomeForm, labels: Predictions["labels"], row: number): Label {
  const kind: InTables<OutcomeForm, Outcomes, Predictions["labels"]> = kinds[form.kind];
  return kind.label(labels, row, form) as Label;
}
