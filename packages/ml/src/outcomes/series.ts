// One number for each of several steps ahead.
import { isCount, lengthOf, stacked } from "./columns.ts";
import type { OutcomeEntry } from "./outcome-entry.ts";

/** Plain JSON. */
export type SeriesForm = {
  readonly kind: "series";
  readonly steps: number;
};

export interface SeriesOutcome {
  readonly kind: "series";
  /** One a step. */
  readonly values: number[];
}

export interface SeriesOutcomes {
  readonly kind: "series";
  readonly steps: number;
  /** Row-major [rows, steps]. */
  readonly values: Float64Array;
}

export interface SeriesKind {
  readonly role: "values";
  readonly form: SeriesForm;
  readonly outcome: SeriesOutcome;
  readonly outcomes: SeriesOutcomes;
}

/** Most steps of a series: each is a number in every stored prediction. */
const mostSteps = 10_000;

export const seriesEntry: OutcomeEntry<SeriesKind> = {
  roles: ["values"],
  port: (_, { steps }) => ({ dtype: "float64", width: steps }),
  outputs: (answer) => ({ values: answer }),
  problem: ({ steps }) =>
    isCount(steps) && steps <= mostSteps ? undefined : ["steps", `a whole number of 1 to ${mostSteps}`],
  schema: ({ steps }) => ({
    type: "object",
    properties: {
      kind: { const: "series" },
      values: { type: "array", items: { type: "number" }, minItems: steps, maxItems: steps },
    },
    required: ["kind", "values"],
  }),
  decode: ({ values }, { steps }) => ({ kind: "series", steps, values: values as Float64Array }),
  at: ({ steps, values }, row) => ({
    kind: "series",
    values: Array.from(values.subarray(row * steps, (row + 1) * steps)),
  }),
  joined(parts) {
    const values = parts.map((part) => part.values);
    return { ...parts[0]!, values: stacked(new Float64Array(lengthOf(values)), values) };
  },
  sentences: ({ steps }, { target, columns }) => [
    `predicts the next ${steps} steps of \`${target}\`, a number a step, from ${columns} columns.`,
  ],
};
