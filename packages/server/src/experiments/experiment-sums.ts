// What an experiment's table is computed from: each variant's sums, which predictions and labels keep up as they are
// written (serving/prediction-writer.ts, serving/label-sums.ts).
import { sql } from "drizzle-orm";
import type { Sql } from "../db/connection.ts";
import { type Costs, mostGroups } from "./cost-statistics.ts";

export interface VariantSums {
  predictions: number;
  units: number;
  costs: Costs;
}

interface SumsRow extends Record<string, unknown> {
  id: string;
  predictions: number;
  units: number;
  labelled_units: number;
  labelled: number;
  cost: number;
  labelled_squared: number;
  labelled_cost: number;
  cost_squared: number;
  groups: { units: number; rows: number; sum: number }[];
}

/**
 * @param bounds what one labelled prediction can cost; undefined: squared errors of numbers
 * @returns the variants that have predictions
 */
export async function readSums(
  tx: Sql,
  variants: readonly string[],
  bounds: Costs["bounds"],
): Promise<Map<string, VariantSums>> {
  const { rows } = await tx.execute<SumsRow>(sql`
    select s.variant_id as id, s.predictions::float8, s.units::float8, s.labelled_units::float8, s.labelled::float8,
      s.cost::float8, s.labelled_squared::float8, s.labelled_cost::float8, s.cost_squared::float8, (
        select coalesce(json_agg(json_build_object('units', g.units, 'rows', g.labelled, 'sum', g.cost)), '[]') from (
          select units, labelled, cost from lepta.experiment_groups g where g.variant_id = wanted.id
          order by g.labelled, g.cost limit ${mostGroups + 1}
        ) g
      ) as groups
    from unnest(${sql.param([...variants])}::uuid[]) as wanted(id)
    cross join lateral (select * from lepta.experiment_sums s where s.variant_id = wanted.id limit 1) s`);
  return new Map(
    rows.map((row) => [
      row.id,
      {
        predictions: row.predictions,
        units: row.units,
        costs: {
          sums: {
            units: row.labelled_units,
            count: row.labelled,
            cost: row.cost,
            countSquared: row.labelled_squared,
            countCost: row.labelled_cost,
            costSquared: row.cost_squared,
          },
          groups: bounds !== undefined && row.groups.length <= mostGroups ? row.groups : undefined,
          bounds,
        },
      },
    ]),
  );
}
