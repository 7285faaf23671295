// What an experiment's table is computed from: each variant's units, with their labelled predictions and their costs.
// Read in pieces by the index, a short statement each, so that predictions are answered between them.
import type { Deployment } from "@lepta/api";
import { type SQL, sql } from "drizzle-orm";
import type { Tenant } from "../db/tenant.ts";
import { type Costs, mostGroups } from "./cost-statistics.ts";

export interface VariantSums {
  predictions: number;
  units: number;
  costs: Costs;
}

/** Predictions a statement: some ten milliseconds on the embedded database. */
const piece = 2_000;

/** A unit's predictions, in one piece or over several. */
interface Unit extends Record<string, unknown> {
  unit: string;
  /** The newest place in the piece. */
  last: string;
  predictions: number;
  /** Labelled predictions, and their cost. */
  n: number;
  c: number;
}

/** @param bounds what one labelled prediction can cost; undefined: squared errors of numbers */
export async function readSums(
  tenant: Tenant,
  deployment: Deployment,
  bounds: Costs["bounds"],
): Promise<Map<string, VariantSums>> {
  const cost: SQL =
    bounds === undefined
      ? sql`power(p.value - f.label::float8, 2)`
      : deployment.costs
        ? sql`(${JSON.stringify(deployment.costs)}::jsonb -> f.label ->> p.label)::float8`
        : sql`(f.label <> p.label)::int`;
  const sums = new Map<string, VariantSums>();
  for (const { id } of deployment.variants) {
    const variant = variantSums(bounds);
    for await (const unit of unitsOf(tenant, id, cost)) variant.add(unit);
    sums.set(id, variant.sums());
  }
  return sums;
}

/** A variant's units, each once, in their order. */
async function* unitsOf(tenant: Tenant, variant: string, cost: SQL): AsyncGenerator<Unit> {
  let open: Unit | undefined;
  for (;;) {
    const after: SQL = open === undefined ? sql`` : sql`and (p.unit, p.id) > (${open.unit}, ${open.last}::uuid)`;
    const { rows } = await tenant.transaction(async (tx) => {
      // The index has the order: without statistics the planner would as soon read all of the variant and sort it.
      await tx.execute(
        sql`select set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)`,
      );
      return tx.execute<Unit>(sql`
        with p as materialized (
          select p.unit, p.id, p.label, p.value from lepta.predictions p
          where p.variant_id = ${variant} ${after} order by p.unit, p.id limit ${piece}
        )
        select p.unit, max(p.id::text) as last, count(*)::float8 as predictions, count(f.label)::float8 as n,
          coalesce(sum(${cost}), 0)::float8 as c
        from p left join lateral (
          select label from lepta.feedback f where f.prediction_id = p.id limit 1
        ) f on true group by p.unit order by p.unit`);
    });
    for (const row of rows) {
      if (open?.unit === row.unit) {
        open.last = row.last;
        open.predictions += row.predictions;
        open.n += row.n;
        open.c += row.c;
      } else {
        if (open !== undefined) yield open;
        open = row;
      }
    }
    if (rows.reduce((sum, { predictions }) => sum + predictions, 0) < piece) {
      if (open !== undefined) yield open;
      return;
    }
  }
}

/** Adds units up. */
function variantSums(bounds: Costs["bounds"]): { add(unit: Unit): void; sums(): VariantSums } {
  const sums = { units: 0, count: 0, cost: 0, countSquared: 0, countCost: 0, costSquared: 0 };
  const groups = new Map<string, { rows: number; sum: number; units: number }>();
  let predictions = 0;
  let units = 0;
  return {
    add({ predictions: all, n, c }) {
      predictions += all;
      units += 1;
      if (n === 0) return;
      sums.units += 1;
      sums.count += n;
      sums.cost += c;
      sums.countSquared += n * n;
      sums.countCost += n * c;
      sums.costSquared += c * c;
      if (bounds === undefined || groups.size > mostGroups) return;
      // Sums of the same costs in another order differ in their last digits: ten decimals are one group.
      const sum = Number(c.toFixed(10));
      const group = groups.get(`${n} ${sum}`);
      if (group) group.units += 1;
      else groups.set(`${n} ${sum}`, { rows: n, sum, units: 1 });
    },
    sums() {
      const few = bounds !== undefined && groups.size <= mostGroups;
      return { predictions, units, costs: { sums, groups: few ? [...groups.values()] : undefined, bounds } };
    },
  };
}
