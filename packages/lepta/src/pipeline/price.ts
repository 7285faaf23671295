// A product's price, as stages have it in their inputs.
import type { PredictionPrice } from "../product/price.ts";

/** null: predictions are counted, not charged. */
export type PriceInput = {
  readonly amountMicros: number;
  readonly currency: string;
  readonly freePerMonth: number;
} | null;

export function priceOf(price: PredictionPrice | undefined): PriceInput {
  if (price === undefined) return null;
  const { amountMicros, currency, freePerMonth } = price;
  return { amountMicros, currency, freePerMonth };
}
