// A metric says what it is: only who computes it has a table of them.
import * as z from "zod";
import { interval } from "./scalars.ts";

export const metricTitle = z.object({
  title: z.string().meta({ description: "As a column has it, e.g. AUC" }),
  direction: z.enum(["higher", "lower"]).meta({ description: "Which values are better" }),
  unit: z.string().meta({ description: 'e.g. nats, of the target; "" for shares and ratios' }),
});
export type MetricTitle = z.infer<typeof metricTitle>;

export const metric = interval
  .extend(metricTitle.shape)
  .meta({ id: "Metric", description: "A value with its 95 % interval, and how to read it" });
export type Metric = z.infer<typeof metric>;
