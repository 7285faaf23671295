// Keeps the sums of experiments (db/schema/unit-sums.ts) in step with labels: a new label adds its unit's share, a
// corrected one takes the old share back.
import type { Label, Outcome, OutcomeForm } from "@lepta/api";
import { type SQL, sql } from "drizzle-orm";
import type { Sql } from "../db/connection.ts";
import { rulesOf } from "../outcomes/index.ts";

/** A prediction whose label is told; the caller holds it locked. */
export interface LabelledPrediction {
  id: string;
  variantId: string | null;
  subjectHash: string | null;
  outcome: Outcome;
  /** What is told to be true. */
  truth: Label;
}

/**
 * Stores the labels and counts them. Rows that others write too are locked in one order (subjects, groups, sums, each by
 * its key), the sums last, so that writers wait for each other shortly and never in a circle.
 * @param form of the product's outcomes @param predictions each once @returns how many labels were new or changed
 */
export async function storeLabels(
  tx: Sql,
  organisationId: string,
  form: OutcomeForm,
  predictions: readonly LabelledPrediction[],
): Promise<number> {
  const rules = rulesOf(form);
  // Exactly: what is added is taken back again. `g` is the prediction, `d` its deployment.
  const costOf = (truth: SQL): SQL =>
    sql`coalesce(${rules.cost(sql`g.outcome -> ${sql.raw(`'${rules.answer}'`)}`, truth, sql`d.costs`)}, 0)`;
  // Whether units are told apart by their costs: of costs without bounds there are as many as units.
  const grouped = sql.raw(String(rules.costRule(null).bounds !== undefined));
  const column = <T>(of: (prediction: LabelledPrediction) => T) => sql.param(predictions.map(of));
  const { rows } = await tx.execute<{ changed: number; emptied: boolean }>(sql`
    with given as materialized (
      select g.*, f.label as was from unnest(${column(({ id }) => id)}::uuid[],
        ${column(({ variantId }) => variantId)}::uuid[], ${column(({ subjectHash }) => subjectHash)}::text[],
        ${column(({ outcome }) => JSON.stringify(outcome))}::jsonb[],
        ${column(({ truth }) => JSON.stringify(truth))}::jsonb[]) as g(id, variant_id, subject_hash, outcome, truth)
      left join lateral (select f.label from lepta.feedback f where f.prediction_id = g.id limit 1) f on true
    ), changed as (
      insert into lepta.feedback as f (organisation_id, prediction_id, label)
      select ${organisationId}::uuid, id, truth from given where was is distinct from truth
      on conflict (organisation_id, prediction_id) do update set label = excluded.label, at = now()
      returning prediction_id
    ), moved as materialized (
      select g.variant_id, g.subject_hash, (g.was is null)::int as n,
        ${costOf(sql`g.truth`)} as c, case when g.was is null then 0 else ${costOf(sql`g.was`)} end as c_was
      from given g
      cross join lateral (select v.deployment_id from lepta.variants v where v.id = g.variant_id limit 1) v
      cross join lateral (select d.costs from lepta.deployments d where d.id = v.deployment_id limit 1) d
      where g.was is distinct from g.truth
    ), subjects as (
      insert into lepta.experiment_units as u (organisation_id, variant_id, subject_hash, labelled, cost)
      select ${organisationId}::uuid, variant_id, subject_hash, sum(n), sum(c - c_was) from moved
      where subject_hash is not null group by variant_id, subject_hash order by variant_id, subject_hash
      on conflict (organisation_id, variant_id, subject_hash)
        do update set labelled = u.labelled + excluded.labelled, cost = u.cost + excluded.cost
      returning variant_id, subject_hash, labelled, cost
    ), units as materialized (
      select variant_id, 1::bigint as n, c, 1 - n as n_was, c_was from moved where subject_hash is null
      union all
      select s.variant_id, s.labelled, s.cost, s.labelled - m.n, s.cost - m.c
      from subjects s join (
        select variant_id, subject_hash, sum(n)::bigint as n, sum(c - c_was) as c
        from moved group by variant_id, subject_hash
      ) m using (variant_id, subject_hash)
    ), groups as (
      insert into lepta.experiment_groups as e (organisation_id, variant_id, labelled, cost, units)
      select ${organisationId}::uuid, variant_id, n, c, sum(change) from (
        select variant_id, n, c, 1 as change from units where ${grouped}
        union all select variant_id, n_was, c_was, -1 from units where ${grouped} and n_was > 0
      ) changes group by variant_id, n, c having sum(change) <> 0 order by variant_id, n, c
      on conflict (organisation_id, variant_id, labelled, cost) do update set units = e.units + excluded.units
      returning units
    ), emptied as materialized (
      select coalesce(bool_or(units = 0), false) as any_zero from groups
    ), sums as (
      insert into lepta.experiment_sums as s (organisation_id, variant_id, labelled_units, labelled, cost,
        labelled_squared, labelled_cost, cost_squared)
      select ${organisationId}::uuid, variant_id, count(*) filter (where n_was = 0), sum(n - n_was), sum(c - c_was),
        sum(n * n - n_was * n_was), sum(n * c - n_was * c_was), sum(c * c - c_was * c_was)
      from units cross join emptied group by variant_id order by variant_id
      on conflict (organisation_id, variant_id) do update set labelled_units = s.labelled_units + excluded.labelled_units,
        labelled = s.labelled + excluded.labelled, cost = s.cost + excluded.cost,
        labelled_squared = s.labelled_squared + excluded.labelled_squared,
        labelled_cost = s.labelled_cost + excluded.labelled_cost, cost_squared = s.cost_squared + excluded.cost_squared
    )
    select (select count(*)::int from changed) as changed, any_zero as emptied from emptied`);
  const { changed, emptied } = rows[0]!;
  if (emptied) {
    const variants = [...new Set(predictions.flatMap(({ variantId }) => variantId ?? []))];
    await tx.execute(
      sql`delete from lepta.experiment_groups where variant_id = any(${sql.param(variants)}::uuid[]) and units = 0`,
    );
  }
  return changed;
}
