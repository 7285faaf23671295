// Prices: what a prediction of a product costs from a moment on.
import { ApiError, type Price } from "@lepta/api";
import { and, asc, desc, eq, gt, lte } from "drizzle-orm";
import { newId } from "../db/id.ts";
import { lock } from "../db/locks.ts";
import { prices } from "../db/schema.ts";
import type { Tenant } from "../db/tenant.ts";
import { requireProduct } from "../registry/products.ts";
import { monthOf } from "./periods.ts";
import { reprice } from "./reprice.ts";

/** Most millionths for one prediction: what nine million of them cost still counts exactly. */
const maxMicros = 1e9;

export interface NewPrice {
  product: string;
  /** Millionths of the currency's unit for one prediction, whole, at most 1e9. */
  amountMicros: number;
  /** ISO 4217. */
  currency: string;
  /** Predictions a calendar month before any is charged, by freeInMonth's rule. Default 0. */
  freePerMonth?: number;
  /** Default: now; for a product's first price the start of this month, so that the month has one price. */
  effectiveFrom?: Date;
}

/**
 * Sets a product's price. What is in force already is not set again, so shipping twice makes one price.
 * @throws ApiError product-not-found, invalid-price
 */
export async function setPrice(tenant: Tenant, given: NewPrice, now: Date = new Date()): Promise<Price> {
  const { product, amountMicros, currency, freePerMonth = 0 } = given;
  if (!Number.isSafeInteger(amountMicros) || amountMicros < 0 || amountMicros > maxMicros)
    throw invalid("amount", amountMicros);
  if (!Number.isSafeInteger(freePerMonth) || freePerMonth < 0 || freePerMonth > 1e9)
    throw invalid("free allowance", freePerMonth);
  if (!/^[A-Z]{3}$/.test(currency)) throw invalid("currency", currency);
  return tenant.transaction(async (tx) => {
    // Usage that is being written has the price before; what comes after this has the new one.
    await lock(tx, tenant.organisationId, "prices");
    await requireProduct(tx, product);
    const [current] = await tx
      .select()
      .from(prices)
      .where(and(eq(prices.product, product), lte(prices.effectiveFrom, given.effectiveFrom ?? now)))
      .orderBy(desc(prices.effectiveFrom))
      .limit(1);
    const same =
      current?.amountMicros === amountMicros && current.currency === currency && current.freePerMonth === freePerMonth;
    if (current && same) return toPrice(current);
    const effectiveFrom = given.effectiveFrom ?? (current ? now : monthOf(now).from);
    const values = { amountMicros, currency, freePerMonth };
    const [made] = await tx
      .insert(prices)
      .values({ organisationId: tenant.organisationId, id: newId(), product, effectiveFrom, ...values })
      .onConflictDoUpdate({ target: [prices.organisationId, prices.product, prices.effectiveFrom], set: values })
      .returning();
    const [next] = await tx
      .select({ from: prices.effectiveFrom })
      .from(prices)
      .where(and(eq(prices.product, product), gt(prices.effectiveFrom, effectiveFrom)))
      .orderBy(asc(prices.effectiveFrom))
      .limit(1);
    const { organisationId } = tenant;
    await reprice(tx, { organisationId, product, priceId: made!.id, from: effectiveFrom, to: next?.from ?? null });
    return toPrice(made!);
  });
}

/** The price in force at a moment; undefined before the first. */
export async function priceAt(tenant: Tenant, product: string, at: Date = new Date()): Promise<Price | undefined> {
  const [row] = await tenant.transaction((tx) =>
    tx
      .select()
      .from(prices)
      .where(and(eq(prices.product, product), lte(prices.effectiveFrom, at)))
      .orderBy(desc(prices.effectiveFrom))
      .limit(1),
  );
  return row && toPrice(row);
}

function toPrice(row: typeof prices.$inferSelect): Price {
  return {
    unit: "prediction",
    amountMicros: row.amountMicros,
    currency: row.currency,
    freePerMonth: row.freePerMonth,
    effectiveFrom: row.effectiveFrom.toISOString(),
  };
}

function invalid(what: string, value: unknown): ApiError {
  return new ApiError("invalid-price", `the price's ${what} cannot be ${JSON.stringify(value)}`, {
    fix: "Give a whole number of micro-units, at most 1e9 (1000 of the currency's unit), a three-letter currency and a whole free allowance.",
  });
}
