// Stage 7: the month's usage events become an invoice.
import { ApiError, type Invoice } from "@lepta/api";
import { hashOf } from "../../json.ts";
import { invoiceText, nothingToInvoice } from "../../text/invoice-text.ts";
import { type PriceInput, priceOf } from "../price.ts";
import type { Stage } from "../stage.ts";
import type { RunTools } from "../tools.ts";
import type { DeployOutput } from "./deploy.ts";

export type BillInput = {
  /** YYYY-MM. */
  readonly period: string;
  /** Predictions of the month, of every product. */
  readonly used: number;
  /** Those of this product. */
  readonly counted: number;
  readonly deployment: string;
  /** Of this product; null: its predictions are counted, not charged. */
  readonly price: PriceInput;
  /** In force for every product: one invoice is for all of them. */
  readonly prices: readonly {
    readonly product: string;
    readonly amountMicros: number;
    readonly currency: string;
    readonly freePerMonth: number;
  }[];
};

export type BillOutput = {
  /** null where the product has no price. */
  readonly invoice: Invoice | null;
  /** Predictions on the invoice; without one, the product's of the month. */
  readonly predictions: number;
};

async function bill({ period, counted, price }: BillInput, { client }: RunTools): Promise<BillOutput> {
  if (price === null) return { invoice: null, predictions: counted };
  const invoice = await client.createInvoice({ period, currency: price.currency });
  return { invoice, predictions: invoice.lines.reduce((sum, { count }) => sum + count, 0) };
}

/** Whether the store still has the invoice as it was made: another product's ship, or a person, may have made it anew. */
async function stands({ invoice }: BillOutput, { client }: RunTools): Promise<boolean> {
  if (invoice === null) return true;
  try {
    return hashOf(await client.invoice(invoice.id)) === hashOf(invoice);
  } catch (error) {
    if (error instanceof ApiError && error.code === "invoice-not-found") return false;
    throw error;
  }
}

export const billStage: Stage<"bill", BillInput, BillOutput, { readonly deploy: DeployOutput }> = {
  name: "bill",
  help: {
    does: "the month's usage becomes an invoice; without a price it is only counted",
    dependsOn: "the month's usage, the deployment, the prices",
  },
  async input({ name, price }, { deploy }, { client }) {
    const period = new Date().toISOString().slice(0, 7);
    const { total, lines, prices } = await client.usage({ from: `${period}-01T00:00:00.000Z` });
    const counted = lines.reduce((sum, line) => sum + (line.product === name ? line.count : 0), 0);
    return { period, used: total, counted, deployment: deploy.deployment.id, price: priceOf(price), prices };
  },
  run: bill,
  holds: (_, output, tools) => stands(output, tools),
  describe: ({ invoice, predictions }) => (invoice === null ? [nothingToInvoice(predictions)] : invoiceText(invoice)),
  summary: ({ invoice, predictions }) =>
    invoice === null
      ? { invoice: null, predictions }
      : {
          invoice: invoice.number,
          period: invoice.period,
          status: invoice.status,
          totalMicros: invoice.totalMicros,
          currency: invoice.currency,
          predictions,
        },
};
