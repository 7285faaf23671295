// `price.perPrediction(…)`: money as integer micro-units with a currency.
import { CliError } from "../errors.ts";

export interface PredictionPrice {
  readonly unit: "prediction";
  /** Millionths of the currency's unit. */
  readonly amountMicros: number;
  /** ISO 4217. */
  readonly currency: string;
  /** Predictions a calendar month before any is charged. */
  readonly freePerMonth: number;
}

const form = /^(\d{1,9})(?:\.(\d{1,6}))? ([A-Z]{3})$/;

/** "0.002 USD" → 2000 micro-units of USD. Exact: at most six decimals are possible. */
function parseAmount(text: string): { amountMicros: number; currency: string } {
  const match = form.exec(text);
  if (match === null) {
    throw new CliError(
      "product-invalid",
      `The price ${JSON.stringify(text)} is not an amount with a currency.`,
      'Write it as "0.002 USD": at most six decimals, one blank, three capital letters (ISO 4217).',
    );
  }
  const [, whole = "0", decimals = "", currency = ""] = match;
  return { amountMicros: Number(whole) * 1_000_000 + Number(decimals.padEnd(6, "0")), currency };
}

export const price: {
  /**
   * @param amount for example "0.002 USD"
   * @param options.free predictions a calendar month (UTC) that cost nothing; default 0
   */
  perPrediction(amount: string, options?: { readonly free?: number }): PredictionPrice;
} = {
  perPrediction(amount, { free = 0 } = {}) {
    if (!Number.isSafeInteger(free) || free < 0) {
      throw new CliError(
        "product-invalid",
        `The free allowance ${free} is not a whole number of predictions.`,
        "Give `free` as a whole number of 0 or more.",
      );
    }
    return { unit: "prediction", ...parseAmount(amount), freePerMonth: free };
  },
};
