// Products: registered when they are first trained, brought up to date when their file changes.
import { ApiError, type OutcomeForm, type Page, type Product } from "@lepta/api";
import { asc, eq, gt, sql } from "drizzle-orm";
import type { Sql } from "../db/connection.ts";
import { keyPage, type PageRequest, sizeOf } from "../db/page.ts";
import { deployments, modelVersions, prices, products, runs } from "../db/schema.ts";
import type { Tenant } from "../db/tenant.ts";
import { goesOnAs } from "../outcomes/index.ts";

export interface NewProduct {
  name: string;
  task: string;
  target: string;
  outcome: OutcomeForm;
  inputs: { name: string; type: string }[];
}

/**
 * Makes the product, or brings its description up to date.
 * @throws ApiError bundle-unusable where its outcomes are of another kind than those that its clients and labels know
 */
export async function registerProduct(tenant: Tenant, product: NewProduct): Promise<void> {
  const { name, ...description } = product;
  await tenant.transaction(async (tx) => {
    const [known] = await tx.select().from(products).where(eq(products.name, name)).for("no key update");
    if (known && !goesOnAs(known.outcome, product.outcome)) {
      const [was, is] = [known.outcome, product.outcome].map((form) => JSON.stringify(form));
      throw new ApiError("bundle-unusable", `${name} has outcomes of the form ${was}, this bundle of ${is}`, {
        fix: "Register it under the name of another product.",
      });
    }
    await tx
      .insert(products)
      .values({ organisationId: tenant.organisationId, name, ...description })
      .onConflictDoUpdate({ target: [products.organisationId, products.name], set: description });
  });
}

/** By name. */
export async function listProducts(tenant: Tenant, request: PageRequest = {}): Promise<Page<Product>> {
  const size = sizeOf(request);
  return tenant.transaction(async (tx) => {
    const rows = await select(tx)
      .where(request.cursor === undefined ? undefined : gt(products.name, request.cursor))
      .orderBy(asc(products.name))
      .limit(size + 1);
    return keyPage(rows, size, toProduct, ({ name }) => name);
  });
}

/** @throws ApiError product-not-found */
export async function readProduct(tenant: Tenant, name: string): Promise<Product> {
  const [row] = await tenant.transaction((tx) => select(tx).where(eq(products.name, name)));
  if (!row) throw productNotFound(name);
  return toProduct(row);
}

/** @param lock keeps the row until the transaction ends. @throws ApiError product-not-found */
export async function requireProduct(
  tx: Sql,
  name: string,
  { lock = false }: { lock?: boolean } = {},
): Promise<typeof products.$inferSelect> {
  const found = tx.select().from(products).where(eq(products.name, name));
  const [row] = await (lock ? found.for("no key update") : found);
  if (!row) throw productNotFound(name);
  return row;
}

function productNotFound(name: string): ApiError {
  return new ApiError("product-not-found", `no product is called ${name}`, {
    fix: "GET /v1/products lists the products.",
  });
}

function select(tx: Sql) {
  const mine = sql`organisation_id = ${products.organisationId} and product = ${products.name}`;
  const price = sql`select to_jsonb(p) from ${prices} p where ${mine} and effective_from <= now() order by effective_from desc limit 1`;
  return tx
    .select({
      product: products,
      price: sql<PriceRow | null>`(${price})`,
      versionCount: sql<number>`(select count(*)::int from ${modelVersions} where ${mine})`,
      deployed: sql<boolean>`exists (select 1 from ${deployments} where ${mine} and ended_at is null)`,
      latestRun: sql<string | null>`(select id from ${runs} where ${mine} order by started_at desc, id desc limit 1)`,
    })
    .from(products)
    .$dynamic();
}

interface PriceRow {
  amount_micros: number;
  currency: string;
  free_per_month: number;
  effective_from: string;
}

function toProduct({ product, price, ...rest }: Awaited<ReturnType<typeof select>>[number]): Product {
  return {
    name: product.name,
    task: product.task,
    target: product.target,
    outcome: product.outcome,
    inputs: product.inputs,
    price: price && {
      unit: "prediction",
      amountMicros: price.amount_micros,
      currency: price.currency,
      freePerMonth: price.free_per_month,
      effectiveFrom: new Date(price.effective_from).toISOString(),
    },
    ...rest,
    createdAt: product.createdAt.toISOString(),
  };
}
