// What a model says of a row: one of a closed set of kinds. What all outcomes of a product have in common is its form.
import * as z from "zod";
import { count } from "./scalars.ts";

export const classOutcome = z
  .object({
    kind: z.literal("class"),
    label: z.string().meta({ description: "The class at the version's threshold, else the most probable" }),
    probability: z.number().meta({ description: "Of the positive class where there is one, else of the label" }),
    probabilities: z.record(z.string(), z.number()),
  })
  .meta({ id: "ClassOutcome" });
export const numberOutcome = z.object({ kind: z.literal("number"), value: z.number() }).meta({ id: "NumberOutcome" });
export const seriesOutcome = z
  .object({ kind: z.literal("series"), values: z.array(z.number()).meta({ description: "One a step" }) })
  .meta({ id: "SeriesOutcome" });
export const scoreOutcome = z
  .object({
    kind: z.literal("score"),
    score: z.number().meta({ description: "How unusual: the higher, the more" }),
    flagged: z.boolean().meta({ description: "From the version's threshold on" }),
  })
  .meta({ id: "ScoreOutcome" });
export const outcome = z
  .discriminatedUnion("kind", [classOutcome, numberOutcome, seriesOutcome, scoreOutcome])
  .meta({ id: "Outcome", description: "What the model says of the row" });
export type Outcome = z.infer<typeof outcome>;
export type OutcomeKind = Outcome["kind"];
export type OutcomeOf<K extends OutcomeKind> = Extract<Outcome, { kind: K }>;

export const outcomeForm = z
  .discriminatedUnion("kind", [
    z.object({
      kind: z.literal("class"),
      classes: z.array(z.string()).meta({ description: "In the order of the model's probabilities" }),
      positive: z.string().nullable(),
    }),
    z.object({ kind: z.literal("number") }),
    z.object({ kind: z.literal("series"), steps: count }),
    z.object({ kind: z.literal("score") }),
  ])
  .meta({ id: "OutcomeForm", description: "What the product's outcomes have in common" });
export type OutcomeForm = z.infer<typeof outcomeForm>;
export type OutcomeFormOf<K extends OutcomeKind> = Extract<OutcomeForm, { kind: K }>;

/** What turns out to be true, by the outcome's kind. */
export const label = z.union([z.string(), z.number(), z.boolean(), z.array(z.number()).max(10_000)]).meta({
  description: "Of a class: its name; of a number: a number; of a series: numbers; of a score: true or false",
});
export type Label = z.infer<typeof label>;
