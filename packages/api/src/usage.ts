// Usage events (CloudEvents 1.0) and the summary of what was used.
import * as z from "zod";
import { count, currency, id, micros, productName, text, time } from "./scalars.ts";

/** `source` and `id` together name the event: sent twice, it counts once. */
export const usageEvent = z
  .strictObject({
    specversion: z.literal("1.0"),
    id: text.min(1).max(200),
    source: text.min(1).max(200).meta({ description: "URI reference of the sender" }),
    type: z.literal("dev.lepta.prediction"),
    time: time.optional().meta({ description: "When it was used; the server's clock when absent" }),
    subject: text.max(256).optional(),
    datacontenttype: z.literal("application/json").optional(),
    data: z.strictObject({
      product: productName,
      version: z.int().positive(),
      quantity: z.int().min(1).max(1_000_000).default(1),
    }),
  })
  .meta({ id: "UsageEvent" });
export type UsageEvent = z.infer<typeof usageEvent>;
export type UsageEventInput = z.input<typeof usageEvent>;

export const usageRequest = z.union([usageEvent, z.array(usageEvent).min(1).max(1000)]);
export const usageResponse = z.object({ accepted: count, duplicates: count });

export const usageQuery = z.object({
  product: productName.optional(),
  from: time.optional().meta({ description: "Inclusive; start of this month when absent" }),
  to: time.optional().meta({ description: "Exclusive; now when absent" }),
});

export const usageLine = z
  .object({
    product: productName,
    model: z.object({ id, name: z.string(), version: z.int().positive() }),
    dataHash: z.string(),
    count: count.meta({ description: "Own use included" }),
    own: count.meta({ description: "The organisation's own use: counted, never billed" }),
  })
  .meta({ id: "UsageLine" });

export const usageSummary = z
  .object({
    from: time,
    to: time,
    total: count,
    lines: z.array(usageLine),
    days: z.array(z.object({ day: z.iso.date(), product: productName, count })),
    prices: z.array(z.object({ product: productName, amountMicros: micros, currency, freePerMonth: count })),
  })
  .meta({ id: "UsageSummary" });
export type UsageSummary = z.infer<typeof usageSummary>;
