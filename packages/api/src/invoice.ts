// An invoice of one calendar month in one currency, with lines that lead back to predictions.
import * as z from "zod";
import { count, currency, hash, id, micros, productName, time } from "./scalars.ts";
import { versionReference } from "./version.ts";

export const period = z
  .string()
  .regex(/^(19[7-9][0-9]|[2-9][0-9]{3})-(0[1-9]|1[0-2])$/, "a calendar month since 1970, YYYY-MM")
  .meta({ description: "A calendar month in UTC, YYYY-MM" });

export const invoiceLine = z
  .object({
    id,
    period: period.meta({ description: "The month of use: before the invoice's where it was heard of late" }),
    product: productName,
    model: versionReference,
    dataHash: hash,
    count: count.meta({ description: "Predictions; own use, free and billed together" }),
    own: count.meta({ description: "The organisation's own use: counted, never billed" }),
    free: count,
    billed: count,
    unitPriceMicros: micros.nonnegative(),
    amountMicros: micros.nonnegative().meta({ description: "billed × unitPriceMicros" }),
  })
  .meta({ id: "InvoiceLine" });
export type InvoiceLine = z.infer<typeof invoiceLine>;

export const invoice = z
  .object({
    id,
    number: z.int().positive().meta({ description: "Counts up in the organisation" }),
    period,
    status: z
      .enum(["draft", "issued"])
      .meta({ description: "A month that is not over is a draft and is brought up to date at each call" }),
    currency,
    totalMicros: micros.nonnegative(),
    createdAt: time,
    issuedAt: time.nullable(),
    lines: z.array(invoiceLine),
  })
  .meta({ id: "Invoice" });
export type Invoice = z.infer<typeof invoice>;

export const createInvoiceRequest = z.strictObject({
  period: period.optional().meta({ description: "This month when absent" }),
  currency: currency.optional().meta({ description: "Needed only where the month has usage in several" }),
});
