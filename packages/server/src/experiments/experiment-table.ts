// The experiment's table: each variant's mean cost on the predictions whose true label came back, compared.
import type { Deployment, Experiment } from "@lepta/api";
import { eq, type SQL, sql } from "drizzle-orm";
import type { Sql } from "../db/connection.ts";
import { products } from "../db/schema.ts";
import type { Tenant } from "../db/tenant.ts";
import { type Costs, costDifference, costInterval, mostGroups, tooFew } from "./cost-statistics.ts";
import { readDeployment } from "./deployment.ts";
import { sampleRatio } from "./sample-ratio.ts";

const confidence = 0.95;

interface VariantSums {
  predictions: number;
  units: number;
  costs: Costs;
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
    const bounds = regression ? undefined : boundsOf(deployment);
    const sums = await readSums(tx, deployment, bounds);
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
        const cost = costInterval(costs, confidence);
        const compared = variant.role === "champion" || !base ? null : costDifference(base.costs, costs, confidence);
        return {
          ...variant,
          predictions,
          units,
          feedback: costs.sums.count,
          cost,
          tooFew: tooFew(cost, bounds),
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
  costs: {
    sums: { units: 0, count: 0, cost: 0, countSquared: 0, countCost: 0, costSquared: 0 },
    groups: [],
    bounds: undefined,
  },
};

/** What one labelled prediction can cost. */
function boundsOf({ costs }: Deployment): { low: number; high: number } {
  const all = costs === null ? [0, 1] : Object.values(costs).flatMap((row) => Object.values(row));
  return { low: Math.min(...all), high: Math.max(...all) };
}

/** Aggregated in the database: what travels is some rows a variant, however many predictions there are. */
async function readSums(tx: Sql, deployment: Deployment, bounds: Costs["bounds"]): Promise<Map<string, VariantSums>> {
  const cost: SQL =
    bounds === undefined
      ? sql`power(p.value - f.label::float8, 2)`
      : deployment.costs
        ? sql`(${JSON.stringify(deployment.costs)}::jsonb -> f.label ->> p.label)::float8`
        : sql`(f.label <> p.label)::int`;
  const ids = sql.param(deployment.variants.map((variant) => variant.id));
  const units = sql`
    select p.variant_id, count(*)::float8 as predictions, count(f.label)::float8 as n,
      coalesce(sum(${cost}), 0)::float8 as c
    from lepta.predictions p
    left join lepta.feedback f on f.organisation_id = p.organisation_id and f.prediction_id = p.id
    where p.variant_id = any(${ids}::uuid[])
    group by p.variant_id, coalesce(p.subject_hash, p.id::text)`;
  const result = await tx.execute<Record<string, number> & { variant: string }>(sql`
    with unit as (${units})
    select variant_id as variant, sum(predictions) as predictions, count(*)::float8 as units,
      count(*) filter (where n > 0)::float8 as labelled, sum(n) as n, sum(c) as c,
      sum(n * n) as nn, sum(n * c) as nc, sum(c * c) as cc
    from unit group by variant_id`);
  const groups = bounds === undefined ? undefined : await readGroups(tx, units);
  return new Map(
    result.rows.map((row) => {
      const own = groups?.get(row.variant) ?? [];
      return [
        row.variant,
        {
          predictions: row.predictions ?? 0,
          units: row.units ?? 0,
          costs: {
            sums: {
              units: row.labelled ?? 0,
              count: row.n ?? 0,
              cost: row.c ?? 0,
              countSquared: row.nn ?? 0,
              countCost: row.nc ?? 0,
              costSquared: row.cc ?? 0,
            },
            groups: bounds === undefined || own.length > mostGroups ? undefined : own,
            bounds,
          },
        },
      ];
    }),
  );
}

/** Labelled units by their number of predictions and their cost, a variant; one group too many where there are more. */
async function readGroups(tx: Sql, units: SQL): Promise<Map<string, Costs["groups"] & object>> {
  // Sums of the same costs in another order differ in their last digits: ten decimals are one group.
  const { rows } = await tx.execute<{ variant: string; rows: number; sum: number; units: number }>(sql`
    with unit as (${units}), grouped as (
      select variant_id, n, round(c::numeric, 10)::float8 as c, count(*)::float8 as units
      from unit where n > 0 group by 1, 2, 3
    ), numbered as (
      select *, row_number() over (partition by variant_id order by n, c) as place from grouped
    )
    select variant_id as variant, n as rows, c as sum, units from numbered where place <= ${mostGroups + 1}`);
  const groups = new Map<string, { rows: number; sum: number; units: number }[]>();
  for (const { variant, ...group } of rows) {
    const own = groups.get(variant);
    if (own === undefined) groups.set(variant, [group]);
    else own.push(group);
  }
  return groups;
}
