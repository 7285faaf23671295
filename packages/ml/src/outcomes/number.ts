// A number.
import { lengthOf, stacked } from "./columns.ts";
import type { OutcomeEntry } from "./outcome-entry.ts";

/** Plain JSON. */
export type NumberForm = {
  readonly kind: "number";
};

export interface NumberOutcome {
  readonly kind: "number";
  readonly value: number;
}

export interface NumberOutcomes {
  readonly kind: "number";
  readonly values: Float64Array;
}

export interface NumberKind {
  readonly role: "value";
  readonly form: NumberForm;
  readonly outcome: NumberOutcome;
  readonly outcomes: NumberOutcomes;
}

export const numberEntry: OutcomeEntry<NumberKind> = {
  roles: ["value"],
  port: () => ({ dtype: "float64", width: 1 }),
  outputs: (answer) => ({ value: answer }),
  problem: () => undefined,
  schema: () => ({
    type: "object",
    properties: { kind: { const: "number" }, value: { type: "number" } },
    required: ["kind", "value"],
  }),
  decode: ({ value }) => ({ kind: "number", values: value as Float64Array }),
  at: ({ values }, row) => ({ kind: "number", value: values[row]! }),
  joined(parts) {
    const values = parts.map((part) => part.values);
    return { kind: "number", values: stacked(new Float64Array(lengthOf(values)), values) };
  },
  sentences: (_, { target, columns }) => [`predicts the number \`${target}\` from ${columns} columns.`],
};
