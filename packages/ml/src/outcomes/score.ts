// How unusual a row is, and whether that is unusual enough to be flagged.
import { constant, greaterOrEqual, identity } from "@lepta/nn";
import { lengthOf, stacked } from "./columns.ts";
import type { OutcomeEntry } from "./outcome-entry.ts";

/** Plain JSON. */
export type ScoreForm = {
  readonly kind: "score";
  /** Flagged from this score on. */
  readonly threshold: number;
};

export interface ScoreOutcome {
  readonly kind: "score";
  /** The higher, the more unusual. */
  readonly score: number;
  readonly flagged: boolean;
}

export interface ScoreOutcomes {
  readonly kind: "score";
  readonly scores: Float64Array;
  readonly flags: readonly boolean[];
}

export interface ScoreKind {
  readonly role: "score" | "flagged";
  readonly form: ScoreForm;
  readonly outcome: ScoreOutcome;
  readonly outcomes: ScoreOutcomes;
}

export const scoreEntry: OutcomeEntry<ScoreKind> = {
  roles: ["score", "flagged"],
  port: (role) => ({ dtype: role === "score" ? "float64" : "bool", width: 1 }),
  outputs: (answer, { threshold }) => ({
    score: identity(answer),
    flagged: greaterOrEqual(answer, constant(threshold, "float64")),
  }),
  problem: ({ threshold }) => (Number.isFinite(threshold) ? undefined : ["threshold", "a finite number"]),
  schema: () => ({
    type: "object",
    properties: { kind: { const: "score" }, score: { type: "number" }, flagged: { type: "boolean" } },
    required: ["kind", "score", "flagged"],
  }),
  decode: ({ score, flagged }) => ({
    kind: "score",
    scores: score as Float64Array,
    flags: Array.from(flagged as Uint8Array, Boolean),
  }),
  at: ({ scores, flags }, row) => ({ kind: "score", score: scores[row]!, flagged: flags[row]! }),
  joined(parts) {
    const scores = parts.map((part) => part.scores);
    return {
      kind: "score",
      scores: stacked(new Float64Array(lengthOf(scores)), scores),
      flags: parts.flatMap(({ flags }) => flags),
    };
  },
  sentences: ({ threshold }, { columns }) => [
    `says how unusual a row is, from ${columns} columns: a score, flagged from ${Number(threshold.toPrecision(4))} on.`,
  ],
};
