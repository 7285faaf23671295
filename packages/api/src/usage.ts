// Usage events (CloudEvents 1.0) and the summary of what was used.
import * as z from "zod";
import { instant } from "./instant.ts";
import { count, currency, id, micros, productName, text, time } from "./scalars.ts";

/** Extension attributes of CloudEvents (`traceparent`, `partitionkey`, …): taken and passed over. */
const attributeName = /^[a-z0-9]{1,64}$/;
const maxAttributes = 100;
const extension = { type: ["string", "number", "boolean", "null"], maxLength: 4096 };
function isExtension(value: unknown): boolean {
  return typeof value === "string" ? value.length <= extension.maxLength : typeof value !== "object" || value === null;
}

/**
 * `source` and `id` together name the event: sent twice, it counts once. Attributes of CloudEvents 1.0 that have no use
 * here, and extension attributes, are passed over.
 */
export const usageEvent = z
  .object({
    specversion: z.literal("1.0"),
    id: text.min(1).max(200),
    source: text.min(1).max(200).meta({ description: "URI reference of the sender; /predictions is the server's own" }),
    type: z.literal("dev.lepta.prediction"),
    time: instant.nullable().optional().meta({
      description:
        "When it was used, with any offset; the server's clock when absent. At most a year ago, an hour ahead",
    }),
    subject: text.max(256).nullable().optional(),
    datacontenttype: z
      .string()
      .regex(/^application\/([A-Za-z0-9!#$&^_.-]{1,100}\+)?json(;.{0,100})?$/, "must be JSON")
      .nullable()
      .optional(),
    dataschema: text.max(2048).nullable().optional().meta({ description: "Passed over" }),
    data: z.strictObject({
      product: productName,
      version: z.int().positive(),
      quantity: z.int().min(1).max(1_000_000).default(1),
    }),
  })
  .catchall(z.unknown())
  .refine((event) => Object.keys(event).every((name) => attributeName.test(name)), {
    error: "attributes have names of lower-case letters and digits (CloudEvents 1.0, 3.1)",
  })
  .refine(({ data: _, ...attributes }) => Object.values(attributes).every(isExtension), {
    error: `an extension attribute is a string of at most ${extension.maxLength} characters, a number or a boolean`,
  })
  .refine((event) => Object.keys(event).length <= maxAttributes, `at most ${maxAttributes} attributes`)
  .meta({
    id: "UsageEvent",
    propertyNames: { pattern: attributeName.source },
    maxProperties: maxAttributes,
    additionalProperties: extension,
  });
export type UsageEvent = z.infer<typeof usageEvent>;
export type UsageEventInput = z.input<typeof usageEvent>;

export const usageRequest = z.union([usageEvent, z.array(usageEvent).min(1).max(1000)]);
export const usageResponse = z.object({ accepted: count, duplicates: count });

export const usageQuery = z.object({
  product: productName.optional(),
  from: instant.optional().meta({ description: "Inclusive; start of this month when absent" }),
  to: instant.optional().meta({ description: "Exclusive; now when absent" }),
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
