// A score with a flag: the flag is right or wrong, at the price of a cost matrix or of 1.
import { sql } from "drizzle-orm";
import { matrixCost, matrixRule } from "./cost-matrix.ts";
import type { OutcomeRules } from "./outcome-rules.ts";

export const scoreRules: OutcomeRules<"score"> = {
  formOf: () => ({ kind: "score" }),
  goesOnAs: () => true,
  finite: ({ score }) => Number.isFinite(score),
  label(given) {
    if (typeof given === "boolean") return given;
    return given === "true" ? true : given === "false" ? false : undefined;
  },
  labels: () => "true where the row was unusual, else false",
  answer: "flagged",
  costClasses: () => ["true", "false"],
  costRule: matrixRule,
  cost: matrixCost,
  watched: (outcome) => sql`(${outcome} ->> 'score')::float8`,
  positive: () => null,
};
