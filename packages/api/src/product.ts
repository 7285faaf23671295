// A product and its price.
import * as z from "zod";
import { outcomeForm } from "./outcome.ts";
import { count, currency, id, micros, productName, time } from "./scalars.ts";

export const price = z
  .object({
    unit: z.literal("prediction"),
    amountMicros: micros.nonnegative(),
    currency,
    freePerMonth: count.meta({ description: "Predictions a calendar month (UTC) before any is charged" }),
    effectiveFrom: time,
  })
  .meta({ id: "Price" });
export type Price = z.infer<typeof price>;

export const product = z
  .object({
    name: productName,
    task: z.string().meta({ description: "The name of what the model learnt" }),
    target: z.string(),
    outcome: outcomeForm,
    inputs: z.array(z.object({ name: z.string(), type: z.string() })),
    price: price.nullable(),
    versionCount: count,
    deployed: z.boolean(),
    latestRun: id.nullable(),
    createdAt: time,
  })
  .meta({ id: "Product" });
export type Product = z.infer<typeof product>;
