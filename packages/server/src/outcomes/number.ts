// A number: it costs its squared error.
import type { Label } from "@lepta/api";
import { sql } from "drizzle-orm";
import type { OutcomeRules } from "./outcome-rules.ts";

export const numberRules: OutcomeRules<"number"> = {
  formOf: () => ({ kind: "number" }),
  goesOnAs: () => true,
  finite: ({ value }) => Number.isFinite(value),
  label: numberOf,
  labels: () => "a number",
  answer: "value",
  costClasses: () => undefined,
  costRule: () => ({ metric: "squared error", bounds: undefined }),
  cost: (answer, truth) => {
    const error = sql`(${answer} #>> '{}')::numeric - (${truth} #>> '{}')::numeric`;
    return sql`((${error}) * (${error}))`;
  },
  watched: (outcome) => sql`(${outcome} ->> 'value')::float8`,
  positive: () => undefined,
};

/** A number, or one in decimal digits: what JavaScript reads as one beside these (blanks, hexadecimal) is a mistake. */
export function numberOf(given: Label): number | undefined {
  const number = typeof given === "string" && decimal.test(given) ? Number(given) : given;
  return typeof number === "number" && Math.abs(number) <= largest ? number : undefined;
}

/** Squares of squares of more are no float64, in which figures of them are told. */
const largest = 3.4028234663852886e38;

const decimal = /^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[+-]?[0-9]+)?$/i;
