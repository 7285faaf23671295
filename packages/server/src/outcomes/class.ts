// A class: right or wrong, at the price of a cost matrix or of 1.
import { sql } from "drizzle-orm";
import { matrixCost, matrixRule } from "./cost-matrix.ts";
import type { OutcomeRules } from "./outcome-rules.ts";

export const classRules: OutcomeRules<"class"> = {
  formOf: ({ classes, positive }) => ({ kind: "class", classes: [...classes], positive }),
  // A class that comes or goes is the data's: clients name classes as strings.
  goesOnAs: () => true,
  finite: ({ probability, probabilities }) =>
    Number.isFinite(probability) && Object.values(probabilities).every(Number.isFinite),
  label(given, { classes }) {
    const name = typeof given === "number" ? String(given) : given;
    return typeof name === "string" && classes.includes(name) ? name : undefined;
  },
  labels: ({ classes }) => `one of ${classes.join(", ")}`,
  answer: "label",
  costClasses: ({ classes }) => classes,
  costRule: matrixRule,
  cost: matrixCost,
  watched: (outcome) => sql`(${outcome} ->> 'probability')::float8`,
  positive: ({ positive }) => positive ?? undefined,
};
