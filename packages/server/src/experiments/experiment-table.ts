// The experiment's table: each variant's mean cost on the predictions whose true label came back, compared.
import type { Deployment, Experiment } from "@lepta/api";
import { eq, type SQL, sql } from "drizzle-orm";
import type { Sql } from "../db/connection.ts";
import { products } from "../db/schema.ts";
import type { Tenant } from "../db/tenant.ts";
import { type CostSums, costDifference, costInterval } from "./cost-statistics.ts";
import { readDeployment } from "./deployment.ts";
import { sampleRatio } from "./sample-ratio.ts";

const confidence = 0.95;

interface VariantSums {
  predictions: number;
  units: number;
  costs: CostSums;
}

/**
 * Costs are those of the labels that the variants answered, so of each version's own threshold. Without a cost matrix
 * an error costs 1; a number's cost is its squared error.
 * @throws ApiError product-not-found, deployment-not-found
 */
export function experimentTable(tenant: Tenant, product: string): Promise<Experiment> {
  return tenant.transaction(async (tx) => {
    const deployment = await readDeployment(tx, product);
    const [known] = await tx.select({ task: products.task }).from(products).where(eq(products.name, product));
    const regression = known?.task === "regression";
    const sums = await readSums(tx, deployment, regression);
    const champion = deployment.variants.find((variant) => variant.role === "champion");
    const rows = deployment.variants.map((variant) => ({ variant, sums: sums.get(variant.id) ?? nothing }));
    const base = champion && sums.get(champion.id);
    return {
      product,
      deployment: deployment.id,
      metric: regression ? "squared error" : deployment.costs ? "cost" : "error rate",
      confidence,
      since: deployment.createdAt,
      sampleRatio: sampleRatio(rows.map(({ variant, sums: { units } }) => ({ units, weight: variant.weight }))),
      variants: rows.map(({ variant, sums: { predictions, units, costs } }) => {
        const compared = variant.role === "champion" || !base ? null : costDifference(base.costs, costs, confidence);
        return {
          ...variant,
          predictions,
          units,
          feedback: costs.count,
          cost: costInterval(costs, confidence),
          difference: compared && { value: compared.value, low: compared.low, high: compared.high },
          pValue: compared?.pValue ?? null,
        };
      }),
    };
  });
}

const nothing: VariantSums = {
  predictions: 0,
  units: 0,
  costs: { units: 0, count: 0, cost: 0, countSquared: 0, countCost: 0, costSquared: 0 },
};

/** Aggregated in the database: what travels is one row a variant, however many predictions there are. */
async function readSums(tx: Sql, deployment: Deployment, regression: boolean): Promise<Map<string, VariantSums>> {
  const cost: SQL = regression
    ? sql`power(p.value - f.label::float8, 2)`
    : deployment.costs
      ? sql`(${JSON.stringify(deployment.costs)}::jsonb -> f.label ->> p.label)::float8`
      : sql`(f.label <> p.label)::int`;
  const ids = sql.param(deployment.variants.map((variant) => variant.id));
  const result = await tx.execute<Record<string, number> & { variant: string }>(sql`
    with unit as (
      select p.variant_id, count(*)::float8 as predictions, count(f.label)::float8 as n,
        coalesce(sum(${cost}), 0)::float8 as c
      from lepta.predictions p
      left join lepta.feedback f on f.organisation_id = p.organisation_id and f.prediction_id = p.id
      where p.variant_id = any(${ids}::uuid[])
      group by p.variant_id, coalesce(p.subject_hash, p.id::text)
    )
    select variant_id as variant, sum(predictions) as predictions, count(*)::float8 as units,
      count(*) filter (where n > 0)::float8 as labelled, sum(n) as n, sum(c) as c,
      sum(n * n) as nn, sum(n * c) as nc, sum(c * c) as cc
    from unit group by variant_id`);
  return new Map(
    result.rows.map((row) => [
      row.variant,
      {
        predictions: row.predictions ?? 0,
        units: row.units ?? 0,
        costs: {
          units: row.labelled ?? 0,
          count: row.n ?? 0,
          cost: row.c ?? 0,
          countSquared: row.nn ?? 0,
          countCost: row.nc ?? 0,
          costSquared: row.cc ?? 0,
        },
      },
    ]),
  );
}
