// A number for each of several steps: it costs the mean of the steps' squared errors.
import { sql } from "drizzle-orm";
import { numberOf } from "./number.ts";
import type { OutcomeRules } from "./outcome-rules.ts";

export const seriesRules: OutcomeRules<"series"> = {
  formOf: ({ steps }) => ({ kind: "series", steps }),
  // Labels have as many numbers as there are steps, those of stored predictions too.
  goesOnAs: (form, next) => form.steps === next.steps,
  finite: ({ values }) => values.every(Number.isFinite),
  label(given, { steps }) {
    if (!Array.isArray(given) || given.length !== steps) return undefined;
    return given.every((value) => typeof value === "number" && numberOf(value) !== undefined) ? given : undefined;
  },
  labels: ({ steps }) => `a list of ${steps} numbers`,
  answer: "values",
  costClasses: () => undefined,
  costRule: () => ({ metric: "mean squared error", bounds: undefined }),
  cost: (answer, truth) => sql`(select avg((a::numeric - t::numeric) * (a::numeric - t::numeric))
    from unnest(array(select jsonb_array_elements_text(${answer})), array(select jsonb_array_elements_text(${truth})))
      as step(a, t))`,
  watched: (outcome) => sql`(select avg(v::float8) from jsonb_array_elements_text(${outcome} -> 'values') v)`,
  positive: () => undefined,
};
