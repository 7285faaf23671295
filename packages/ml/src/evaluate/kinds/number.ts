// Numbers: the mean as the constant answer, for the absolute error the median.
import { columnOf, isNumeric, quantileOf, type Table } from "@lepta/data";
import { MlError } from "../../errors.ts";
import { momentsOf } from "../../moments.ts";
import { pointsOf } from "../measure.ts";
import { metrics } from "../metrics/index.ts";
import { float64Rows } from "../rows-of.ts";
import { meanGain } from "../trivial-gain.ts";
import { type NumberView, numberView } from "../views.ts";
import type { Kind } from "./kind.ts";

export const numberKind: Kind<"number", NumberView> = {
  view: numberView,
  metrics: [metrics.rmse, metrics.mae, metrics.r2],
  labels: numbersIn,
  outputs: ({ values }) => values,
  predicted: ({ values }) => values,
  pair: (_, outputs, labels) => ({
    kind: "number",
    labels: Float64Array.from(labels),
    values: Float64Array.from(outputs),
  }),
  take: ({ labels, values }, rows) => ({
    kind: "number",
    labels: float64Rows(labels, rows),
    values: float64Rows(values, rows),
  }),
  alike: ({ values }, wanted) => ({ ...wanted, values }),
  constant(labels) {
    const values = Float64Array.from(labels).sort();
    return { kind: "number", mean: momentsOf(values).mean, median: quantileOf(values, 0.5) };
  },
  answer({ labels, values }, { mean, median }, { metrics: wanted, groups }) {
    const all = (value: number) => numberView({ kind: "number", labels, values: Array.from(labels, () => value) });
    const byMedian = pointsOf(
      all(median),
      wanted.filter(({ name }) => name === metrics.mae.name),
    );
    const differences = Float64Array.from(labels, (label, row) => (label - mean) ** 2 - (label - values[row]!) ** 2);
    return {
      policy: "the mean for every row (for MAE the median)",
      metrics: { ...pointsOf(all(mean), wanted), ...byMedian },
      meanCost: null,
      gain: { loss: "squared error", ...meanGain(differences, groups) },
    };
  },
  problem: ({ mean, median }) =>
    Number.isFinite(mean) && Number.isFinite(median) ? undefined : "a finite mean and median",
};

/** Throws `predictions-invalid` where the column is none of numbers. */
export function numbersIn(table: Table, target: string): Float64Array {
  const column = columnOf(table, target);
  if (isNumeric(column)) return column.data;
  throw new MlError(
    "predictions-invalid",
    `The target "${target}" is a column of ${column.type}, not of numbers.`,
    `Read the table with types: { ${JSON.stringify(target)}: "number" }.`,
  );
}
