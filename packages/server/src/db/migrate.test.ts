// Migrations: checked in up to date, applied once, refused by an older release.
import { createHash, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { differingSums } from "../../testing/recount-sums.ts";
import { staleMigrations } from "../../testing/stale-migrations.ts";
import { describeStores } from "../../testing/stores.ts";
import { createInvoice, readInvoice } from "../metering/invoices.ts";
import { readRun } from "../registry/runs.ts";
import { readVersion } from "../registry/versions.ts";
import { type Connection, connectPglite, connectPostgresql } from "./connection.ts";
import { migrate } from "./migrate.ts";
import { openStore } from "./store.ts";
import { tenantOf } from "./tenant.ts";

test("no table changed without a migration", async () => {
  expect(await staleMigrations()).toEqual([]);
});

/** Of 0003: usage as it was before it was counted by the hour, predictions and labels before experiments' sums. */
const before = `
  insert into lepta.organisations (id, name, subject_salt) values ('00000000-0000-4000-8000-000000000001', 'old', '5a');
  insert into lepta.products (organisation_id, name, task, target, classes, positive, inputs)
    values ('00000000-0000-4000-8000-000000000001', 'credit', 'binary', 'risk', '["good", "bad"]', 'bad', '[]');
  insert into lepta.model_versions (organisation_id, id, product, version, name, metrics, data_hash, model_hash, bundle_hash, versions, manifest, files)
    values ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-00000000000a', 'credit', 1, 'network', '{"logLoss": {"value": 0.5, "low": 0.4, "high": 0.6}, "auc": {"value": 0.8, "low": null, "high": null}}', 'd', 'm', 'b', '{}', '{}', '[]');
  insert into lepta.runs (organisation_id, id, product, status, process)
    values ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-00000000000d', 'credit', 'done', '{}');
  insert into lepta.run_stages (organisation_id, run_id, name, position, status, summary)
    values ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-00000000000d', 'evaluate', 2, 'done', '{"rows": 9, "headline": {"model": "network", "metric": "auc", "value": 0.8}}');
  insert into lepta.prices (organisation_id, id, product, amount_micros, currency, free_per_month, effective_from) values
    ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000000b1', 'credit', 1000, 'USD', 2, '2026-01-01'),
    ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000000b2', 'credit', 3000, 'USD', 2, '2026-01-05T10:30:00Z');
  insert into lepta.invoices (organisation_id, id, number, period, currency, status, total_micros)
    values ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000000c1', 1, '2025-12', 'USD', 'issued', 0);
  insert into lepta.invoice_lines (organisation_id, id, invoice_id, position, product, version_id, data_hash, count, free, billed, unit_price_micros, amount_micros)
    values ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000000d1', '00000000-0000-4000-8000-0000000000c1', 0, 'credit', '00000000-0000-4000-8000-00000000000a', 'd', 1, 1, 0, 1000, 0);
  insert into lepta.deployments (organisation_id, id, product, costs) values
    ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000000e1', 'credit', '{"good": {"good": 0, "bad": 0.1}, "bad": {"good": 5, "bad": 0}}');
  insert into lepta.variants (organisation_id, id, deployment_id, version_id, name, role, weight, position)
    select '00000000-0000-4000-8000-000000000001', id::uuid, '00000000-0000-4000-8000-0000000000e1', '00000000-0000-4000-8000-00000000000a', role, role, 0.5, 0
    from (values ('00000000-0000-4000-8000-0000000000f1', 'champion'), ('00000000-0000-4000-8000-0000000000f2', 'challenger')) as given(id, role);
  insert into lepta.predictions (organisation_id, id, product, version_id, variant_id, row, label, value, subject_hash, at)
    select '00000000-0000-4000-8000-000000000001', lpad(i::text, 32, '0')::uuid, 'credit', '00000000-0000-4000-8000-00000000000a',
      (array['00000000-0000-4000-8000-0000000000f1', '00000000-0000-4000-8000-0000000000f2', null])[1 + i % 3]::uuid, '{}',
      case when i % 3 = 1 then (i / 7.0)::text when i % 4 = 0 then 'bad' else 'good' end, case when i % 3 = 1 then i / 7.0 end,
      case when i % 5 < 2 then 'subject ' || i % 5 end, now()
    from generate_series(1, 60) i;
  update lepta.predictions set probability = 0.1::float8 + 0.2, probabilities = '{"good": 0.7, "bad": 0.30000000000000004}'
    where id = '00000000-0000-0000-0000-000000000060';
  insert into lepta.feedback (organisation_id, prediction_id, label)
    select '00000000-0000-4000-8000-000000000001', lpad(i::text, 32, '0')::uuid,
      case when i % 3 = 1 then '0.3' when i % 2 = 0 then 'bad' else 'good' end
    from generate_series(1, 60) i where i % 7 > 0;
  insert into lepta.usage_events (organisation_id, source, id, product, version_id, quantity, at, invoice_line_id)
    select '00000000-0000-4000-8000-000000000001', source, id, 'credit', '00000000-0000-4000-8000-00000000000a', quantity, at::timestamptz, line::uuid from (values
      ('/predictions', 'a', 1, '2025-12-31T23:00:00Z', '00000000-0000-4000-8000-0000000000d1'),
      ('/predictions', 'b', 1, '2025-12-31T23:00:00Z', null),
      ('/predictions', 'c', 1, '2026-01-05T10:10:00Z', null),
      ('/predictions', 'd', 1, '2026-01-05T10:20:00Z', null),
      ('/sent', 'e', 4, '2026-01-05T10:20:00Z', null),
      ('/predictions', 'f', 1, '2026-01-05T10:40:00Z', null)) as given(source, id, quantity, at, line)`;

const sure = { probability: 0.1 + 0.2, probabilities: { good: 0.7, bad: 0.1 + 0.2 } };

/** A database of the first four migrations with that in it, brought up to date. */
async function carried(connection: Connection): Promise<void> {
  const folder = new URL("../../migrations/", import.meta.url);
  const { entries } = JSON.parse(readFileSync(new URL("meta/_journal.json", folder), "utf8")) as {
    entries: { idx: number; when: number; tag: string }[];
  };
  await connection.sql.execute(sql`create schema lepta_migrations`);
  await connection.sql.execute(
    sql`create table lepta_migrations.applied ("when" bigint primary key, hash text not null, at timestamptz not null default now())`,
  );
  for (const { when, tag } of entries.filter(({ idx }) => idx <= 3)) {
    const text = readFileSync(new URL(`${tag}.sql`, folder), "utf8");
    for (const statement of text.split("--> statement-breakpoint")) await connection.sql.execute(sql.raw(statement));
    const hash = createHash("sha256").update(text).digest("hex");
    await connection.sql.execute(sql`insert into lepta_migrations.applied ("when", hash) values (${when}, ${hash})`);
  }
  const [organisation, ...rows] = before.split(";\n");
  // Organisations are made by the owner's connection.
  await connection.sql.execute(sql.raw(organisation!));
  await tenantOf(connection, "00000000-0000-4000-8000-000000000001").transaction(async (tx) => {
    for (const statement of rows) await tx.execute(sql.raw(statement));
  });
  await migrate(connection);
}

describe("what was stored before it was counted", () => {
  const check = async (connection: Connection) => {
    try {
      await carried(connection);
      const tenant = tenantOf(connection, "00000000-0000-4000-8000-000000000001");
      const { rows } = await tenant.transaction((tx) =>
        tx.execute(sql`
          select to_char(h.hour at time zone 'UTC', 'MM-DD HH24') as hour, right(h.price_id::text, 2) as price, h.predicted, h.sealed,
            h.count::int as count, string_agg(e.id, '' order by e.id) as events
          from lepta.usage_hours h join lepta.usage_events e on e.organisation_id = h.organisation_id and e.hour_id = h.id
          group by h.organisation_id, h.id, h.hour, h.price_id, h.predicted, h.sealed, h.count order by min(e.id)`),
      );
      expect(rows).toEqual([
        { hour: "12-31 23", price: null, predicted: true, sealed: true, count: 1, events: "a" },
        { hour: "12-31 23", price: null, predicted: true, sealed: false, count: 1, events: "b" },
        { hour: "01-05 10", price: "b1", predicted: true, sealed: false, count: 2, events: "cd" },
        { hour: "01-05 10", price: "b1", predicted: false, sealed: false, count: 4, events: "e" },
        { hour: "01-05 10", price: "b2", predicted: true, sealed: false, count: 1, events: "f" },
      ]);
      const january = await createInvoice(tenant, { period: "2026-01" }, new Date("2026-02-02T00:00:00Z"));
      // Two free, four at 0.001, one at 0.003.
      expect(january).toMatchObject({ totalMicros: 4 * 1000 + 3000, status: "issued" });
      expect((await readInvoice(tenant, "00000000-0000-4000-8000-0000000000c1")).lines).toMatchObject([
        { period: "2025-12", own: 0, count: 1 },
      ]);
      // Experiments' sums are counted of what was there: a champion of classes, a challenger of numbers.
      const { sums, differing } = await tenant.transaction(async (tx) => ({
        sums: (await tx.execute(sql`select predictions::int from lepta.experiment_sums`)).rows,
        differing: await differingSums(tx),
      }));
      expect({ sums, differing }).toEqual({ sums: [{ predictions: 20 }, { predictions: 20 }], differing: [] });
      // A metric says what it is, the deciding one first.
      const auc = { title: "AUC", direction: "higher", unit: "" };
      const version = await readVersion(tenant, { product: "credit", version: 1 });
      expect(Object.entries(version.metrics)).toEqual([
        ["auc", { ...auc, value: 0.8, low: null, high: null }],
        ["logLoss", { title: "log loss", direction: "lower", unit: "nats", value: 0.5, low: 0.4, high: 0.6 }],
      ]);
      const run = await readRun(tenant, "00000000-0000-4000-8000-00000000000d");
      expect(run.headline).toEqual({ model: "network", metric: "auc", value: 0.8, ...auc });
      // What was answered in four columns is one outcome, to the last digit; labels mean what they meant.
      const outcomes = await tenant.transaction((tx) =>
        tx.execute(sql`
          select p.outcome, f.label, to_jsonb(i / 7.0::float8) as number, pr.outcome as form
          from generate_series(1, 60) i join lepta.predictions p on p.id = lpad(i::text, 32, '0')::uuid
          join lepta.products pr on pr.name = p.product left join lepta.feedback f on f.prediction_id = p.id order by i`),
      );
      expect(outcomes.rows).toHaveLength(60);
      for (const [at, row] of outcomes.rows.entries()) {
        const i = at + 1;
        const label = i % 4 === 0 ? "bad" : "good";
        const truth = i % 2 === 0 ? "bad" : "good";
        expect(row).toEqual({
          outcome:
            i % 3 === 1
              ? { kind: "number", value: i / 7 }
              : { kind: "class", label, ...(i === 60 ? sure : { probability: 1, probabilities: { [label]: 1 } }) },
          label: i % 7 === 0 ? null : i % 3 === 1 ? 0.3 : truth,
          number: i / 7,
          form: { kind: "class", classes: ["good", "bad"], positive: "bad" },
        });
      }
    } finally {
      await connection.close();
    }
  };

  // A new cluster takes its time.
  test("is carried over on PGlite", { timeout: 240_000 }, async () => check(await connectPglite("memory://")));

  const url = process.env.LEPTA_TEST_DATABASE_URL;
  test.skipIf(url === undefined)("is carried over on PostgreSQL, where the tables' owner is no superuser", async () => {
    const name = `lepta_test_${randomUUID().replaceAll("-", "")}`;
    const admin = await connectPostgresql(url ?? "", 1);
    try {
      await admin.sql.execute(sql.raw(`create role ${name} login createrole password '${name}'`));
      await admin.sql.execute(sql.raw(`create database ${name} owner ${name}`));
      const own = new URL(url ?? "");
      Object.assign(own, { pathname: `/${name}`, username: name, password: name });
      await check(await connectPostgresql(own.href, 2));
    } finally {
      await admin.sql.execute(sql.raw(`drop database if exists ${name} with (force)`));
      await admin.sql.execute(sql.raw(`drop role if exists ${name}`));
      await admin.close();
    }
  });
});

describeStores("migrations", (open) => {
  test("are applied once, open again, and a newer store is refused", async () => {
    const opened = await open();
    try {
      const applied = async () =>
        (await opened.store.owner.sql.execute(sql`select "when", at from lepta_migrations.applied order by 1`)).rows;
      const first = await applied();
      expect(first.length).toBeGreaterThan(0);
      await Promise.all([migrate(opened.store.owner), migrate(opened.store.owner)]);
      expect(await applied()).toEqual(first);

      await opened.store.owner.sql.execute(
        sql`insert into lepta_migrations.applied ("when", hash) values (99999999999999, 'of a newer release')`,
      );
      await opened.store.close();
      await expect(openStore(opened.options)).rejects.toMatchObject({ code: "store-newer" });
      // The refusal let go of the lock.
      await expect(openStore(opened.options)).rejects.toMatchObject({ code: "store-newer" });
    } finally {
      await opened.remove();
    }
  });
});
