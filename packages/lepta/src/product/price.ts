// `price.perPrediction(…)`: money as integer micro-units with a currency.
import { checkKeys, refuse, shown } from "./checks.ts";

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
  const match = typeof text === "string" ? form.exec(text) : null;
  if (match === null) {
    refuse(
      `The price ${shown(text)} is not an amount with a currency.`,
      'Write it as "0.002 USD": at most six decimals, one blank, three capital letters (ISO 4217).',
    );
  }
  const [, whole = "0", decimals = "", currency = ""] = match;
  return { amountMicros: Number(whole) * 1_000_000 + Number(decimals.padEnd(6, "0")), currency };
}

/** The most that a store takes: 1,000 of the currency's unit a prediction, 1e9 predictions free. */
export const mostPrice: Readonly<Record<"amountMicros" | "freePerMonth", number>> = {
  amountMicros: 1e9,
  freePerMonth: 1e9,
};

/** Throws `product-invalid` for what no store would take. */
export function checkPrice({ amountMicros, currency, freePerMonth }: PredictionPrice): void {
  if (!Number.isSafeInteger(amountMicros) || amountMicros < 0 || amountMicros > mostPrice.amountMicros)
    refuse(
      `The price's amount, ${shown(amountMicros)} millionths, is not between 0 and ${mostPrice.amountMicros}.`,
      "Give at most 1000 of the currency's unit a prediction.",
    );
  if (!/^[A-Z]{3}$/.test(currency))
    refuse(`The price's currency is ${shown(currency)}.`, "Give three capital letters (ISO 4217).");
  if (!Number.isSafeInteger(freePerMonth) || freePerMonth < 0 || freePerMonth > mostPrice.freePerMonth)
    refuse(
      `The free allowance ${shown(freePerMonth)} is not a whole number of predictions up to ${mostPrice.freePerMonth}.`,
      "Give `free` as a whole number of 0 or more.",
    );
}

export const price: {
  /**
   * @param amount for example "0.002 USD"
   * @param options.free predictions a calendar month (UTC) that cost nothing; default 0
   */
  perPrediction(amount: string, options?: { readonly free?: number }): PredictionPrice;
} = {
  perPrediction(amount, options = {}) {
    checkKeys("price.perPrediction(…)", options, ["free"]);
    const price: PredictionPrice = { unit: "prediction", ...parseAmount(amount), freePerMonth: options.free ?? 0 };
    checkPrice(price);
    return price;
  },
};
