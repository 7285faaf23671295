// The sums of experiments, counted from the stored predictions and labels: what the kept ones must equal.
import { type SQL, sql } from "drizzle-orm";
import type { Sql } from "../src/db/connection.ts";

/** A row for each unit of a variant: its predictions, its labelled ones (n) and their cost (c). */
const units = sql`
  select p.organisation_id, p.variant_id, max(p.subject_hash) as subject_hash, count(*) as predictions,
    count(f.label) as n, bool_and(p.outcome ->> 'kind' in ('class', 'score')) as classes, coalesce(sum(case
      when f.label is null then 0
      when p.outcome ->> 'kind' = 'number'
        then ((p.outcome ->> 'value')::numeric - f.label::numeric) * ((p.outcome ->> 'value')::numeric - f.label::numeric)
      when p.outcome ->> 'kind' = 'series' then (
        select sum(((p.outcome -> 'values' ->> i)::numeric - (f.label ->> i)::numeric) * ((p.outcome -> 'values' ->> i)::numeric - (f.label ->> i)::numeric)) / jsonb_array_length(f.label)
        from generate_series(0, jsonb_array_length(f.label) - 1) i)
      when jsonb_typeof(d.costs) = 'object'
        then (d.costs -> (f.label #>> '{}') ->> coalesce(p.outcome ->> 'label', p.outcome ->> 'flagged'))::numeric
      when (f.label #>> '{}') <> coalesce(p.outcome ->> 'label', p.outcome ->> 'flagged') then 1 else 0 end), 0) as c
  from lepta.predictions p
  join lepta.variants v on v.organisation_id = p.organisation_id and v.id = p.variant_id
  join lepta.deployments d on d.organisation_id = v.organisation_id and d.id = v.deployment_id
  left join lepta.feedback f on f.organisation_id = p.organisation_id and f.prediction_id = p.id
  group by p.organisation_id, p.variant_id, coalesce(p.subject_hash, p.id::text)`;

/** Each table's columns, and the rows that it must have. */
const recounts: Record<string, { columns: string; rows: SQL }> = {
  experiment_sums: {
    columns:
      "organisation_id, variant_id, predictions, units, labelled_units, labelled, cost, labelled_squared, labelled_cost, cost_squared",
    rows: sql`select organisation_id, variant_id, sum(predictions), count(*), count(*) filter (where n > 0), sum(n), sum(c),
      sum(n * n), sum(n * c), sum(c * c) from units group by organisation_id, variant_id`,
  },
  experiment_units: {
    columns: "organisation_id, variant_id, subject_hash, labelled, cost",
    rows: sql`select organisation_id, variant_id, subject_hash, n, c from units where subject_hash is not null`,
  },
  experiment_groups: {
    columns: "organisation_id, variant_id, labelled, cost, units",
    rows: sql`select organisation_id, variant_id, n, c, count(*) from units where n > 0 and classes
      group by organisation_id, variant_id, n, c`,
  },
};

/** Writes what is counted, for predictions that were put straight into the tables. */
export async function fillSums(tx: Sql): Promise<void> {
  for (const [table, { columns, rows }] of Object.entries(recounts)) {
    await tx.execute(sql`insert into ${sql.raw(`lepta.${table} (${columns})`)} with units as (${units}) ${rows}`);
  }
}

/** @returns the rows that are kept and not counted, or counted and not kept */
export async function differingSums(tx: Sql): Promise<unknown[]> {
  const differing: unknown[] = [];
  for (const [table, { columns, rows }] of Object.entries(recounts)) {
    const kept = sql.raw(`select ${columns} from lepta.${table}`);
    const found = await tx.execute(sql`
      with units as (${units}), counted (${sql.raw(columns)}) as (${rows})
      select 'kept' as which, k.* from (${kept} except all select * from counted) k
      union all select 'counted', c.* from (select * from counted except all ${kept}) c`);
    differing.push(...found.rows.map((row) => ({ table, ...row })));
  }
  return differing;
}
