// Fills an organisation with predictions and their usage, straight into the tables: what a million calls leave behind.
import { sql } from "drizzle-orm";
import { newId } from "../src/db/id.ts";
import type { Store } from "../src/db/store.ts";
import { fillSums } from "./recount-sums.ts";
import { type Seed, seed } from "./seed.ts";

export interface Filling {
  /** Predictions, spread evenly over the time. */
  count: number;
  /** Inclusive. */
  from: Date;
  /** Exclusive. */
  to: Date;
  /** Rows a statement. Default 20 000. */
  chunk?: number;
}

export interface Filled extends Seed {
  /** Champion and challenger, in turn by prediction. */
  variants: string[];
}

/** One product of two versions, at a price; every prediction has a label, a tenth of them a subject of a hundred. */
export async function fillStore(store: Store, { count, from, to, chunk = 20_000 }: Filling): Promise<Filled> {
  const seeded = await seed(store);
  const { organisationId, product, versions } = seeded;
  const tenant = store.tenant(organisationId);
  const deployment = newId();
  const variants = [newId(), newId()];
  const price = newId();
  const start = from.toISOString();
  await tenant.transaction(async (tx) => {
    await tx.execute(
      sql`insert into lepta.deployments (organisation_id, id, product, created_at) values (${organisationId}, ${deployment}, ${product}, ${start})`,
    );
    for (const [i, id] of variants.entries()) {
      const role = i === 0 ? "champion" : "challenger";
      await tx.execute(
        sql`insert into lepta.variants (organisation_id, id, deployment_id, version_id, name, role, weight, position)
          values (${organisationId}, ${id}, ${deployment}, ${versions[i]}, ${role}, ${role}, 0.5, ${i})`,
      );
    }
    await tx.execute(
      sql`insert into lepta.prices (organisation_id, id, product, amount_micros, currency, free_per_month, effective_from)
        values (${organisationId}, ${price}, ${product}, 2000, 'USD', 1000, ${start})`,
    );
  });
  const stepMicros = ((to.getTime() - from.getTime()) / count) * 1000;
  for (let first = 0; first < count; first += chunk) {
    const last = Math.min(count, first + chunk) - 1;
    await tenant.transaction(async (tx) => {
      // As the prediction writer does, but for the hours' upsert: a chunk's hours are all of one statement.
      await tx.execute(sql`
        with made as (
          insert into lepta.predictions (organisation_id, id, product, version_id, variant_id, row, outcome, subject_hash, at)
          select ${organisationId}::uuid,
            -- As ids are made: version 7, in the order of time.
            (lpad(to_hex((extract(epoch from ${start}::timestamptz) * 1000 + i * ${stepMicros / 1000}::float8)::bigint), 12, '0')
              || '7' || substr(md5(i::text), 1, 3) || 'a' || substr(md5(i::text || ${organisationId}), 1, 15))::uuid, ${product},
            (${sql.param(versions)}::uuid[])[1 + i % 2], (${sql.param(variants)}::uuid[])[1 + i % 2],
            jsonb_build_object('age', 20 + i % 50, 'housing', 'A15' || i % 3), 
            jsonb_build_object('kind', 'class', 'label', case when i % 3 = 0 then 'bad' else 'good' end,
              'probability', (i % 100) / 100.0, 'probabilities', '{"good": 0.7, "bad": 0.3}'::jsonb),
            case when i % 10 = 0 then md5((i % 1000)::text) || md5((i % 1000)::text) end,
            date_trunc('milliseconds', ${start}::timestamptz + i * ${stepMicros}::float8 * interval '1 microsecond')
          from generate_series(${first}::bigint, ${last}::bigint) i
          returning id, version_id, outcome, at
        ), labelled as (
          insert into lepta.feedback (organisation_id, prediction_id, label, at)
          select ${organisationId}::uuid, id, outcome -> 'label', at from made
        ), hours as (
          insert into lepta.usage_hours as h (organisation_id, id, product, version_id, own, predicted, hour, price_id, count)
          select ${organisationId}::uuid, gen_random_uuid(), ${product}, version_id, false, true, date_trunc('hour', at, 'UTC'), ${price}::uuid, count(*)
          from made group by version_id, date_trunc('hour', at, 'UTC')
          on conflict (organisation_id, product, version_id, own, predicted, hour, (coalesce(price_id, '00000000-0000-0000-0000-000000000000'::uuid))) where not sealed
            do update set count = h.count + excluded.count
          returning id, version_id, hour
        )
        insert into lepta.usage_events (organisation_id, source, id, hour_id, quantity, at)
        select ${organisationId}::uuid, '/predictions', m.id::text, h.id, 1, m.at
        from made m join hours h on h.version_id = m.version_id and h.hour = date_trunc('hour', m.at, 'UTC')`);
    });
  }
  await tenant.transaction(fillSums);
  return { ...seeded, variants };
}
