// Stage 7: the month's usage events become an invoice.
import type { Invoice } from "@lepta/api";
import type { Bench } from "./bench.ts";
import { invoiceText } from "./invoice-text.ts";
import type { Stage } from "./stage.ts";

export interface BillInput {
  readonly [name: string]: string | number | null;
  /** YYYY-MM. */
  readonly period: string;
  /** Predictions of the month, of every product. */
  readonly used: number;
  readonly deployment: string;
}

export type BillOutput = { readonly invoice: Invoice };

export const billStage: Stage<Bench, BillInput, BillOutput> = {
  name: "bill",
  run: async ({ client, product }, { period }) => ({
    invoice: await client.createInvoice({ period, ...(product.price && { currency: product.price.currency }) }),
  }),
  describe: ({ invoice }) => invoiceText(invoice),
  summary: ({ invoice }) => ({
    invoice: invoice.number,
    period: invoice.period,
    status: invoice.status,
    totalMicros: invoice.totalMicros,
    currency: invoice.currency,
    predictions: invoice.lines.reduce((sum, { count }) => sum + count, 0),
  }),
};
