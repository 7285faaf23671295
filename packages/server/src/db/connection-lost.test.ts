// PostgreSQL that goes away under a store, and comes back: nothing of ours ends, and every failure says what it is.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { sql } from "drizzle-orm";
import pg from "pg";
import { afterEach, describe, expect, test } from "vitest";
import { openPostgresqlTestStore, type TestStore } from "../../testing/stores.ts";
import { databaseFault } from "./database-fault.ts";
import { newId } from "./id.ts";

const url = process.env.LEPTA_TEST_DATABASE_URL;

let opened: TestStore | undefined;
afterEach(async () => {
  await opened?.remove();
  opened = undefined;
});

async function asAdministrator(work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await work(client).finally(() => client.end());
}

const databaseOf = (store: TestStore) => new URL(store.options.databaseUrl ?? "").pathname.slice(1);

const endAll = (database: string) =>
  asAdministrator((client) =>
    client.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [database]),
  );

/** Holds this process up meanwhile, so that it finds its connections dead only when it uses them. */
function endAllUnseen(database: string): void {
  const script = `
    import pg from "pg";
    const client = new pg.Client({ connectionString: process.argv[1] });
    await client.connect();
    await client.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [process.argv[2]]);
    await client.end();`;
  const cwd = fileURLToPath(new URL("../../", import.meta.url));
  execFileSync(process.execPath, ["--input-type=module", "-e", script, url ?? "", database], { cwd });
}

describe.skipIf(url === undefined)(
  url === undefined ? "PostgreSQL's ends (LEPTA_TEST_DATABASE_URL is not set)" : "PostgreSQL's ends",
  () => {
    test("connections that are ended idle, in a statement and between two of a transaction are replaced", async () => {
      opened = await openPostgresqlTestStore(url ?? "");
      const { store } = opened;
      const tenant = store.tenant(newId());
      let over = false;
      const failures: unknown[] = [];
      let done = 0;
      const work = [
        () => tenant.statement("select 1 as one", []),
        () => tenant.statement("select pg_sleep(0.002)", []),
        () =>
          tenant.transaction(async (tx) => {
            await tx.execute(sql`select 1`);
            // Nobody waits for the database meanwhile.
            await new Promise((resolve) => setTimeout(resolve, 5));
            await tx.execute(sql`select 1`);
          }),
      ];
      const workers = [...work, ...work].map(async (one) => {
        while (!over) {
          await one().then(
            () => done++,
            (error: unknown) => failures.push(error),
          );
        }
      });
      for (let round = 0; round < 12; round++) {
        await new Promise((resolve) => setTimeout(resolve, 30));
        await endAll(databaseOf(opened));
      }
      over = true;
      await Promise.all(workers);
      expect(failures.length).toBeGreaterThan(0);
      for (const failure of failures) {
        expect(databaseFault(failure), String(failure)).toMatchObject({
          code: "database-unreachable",
          status: 503,
          retryAfterSeconds: 5,
        });
      }
      const before = done;
      for (const one of work) await one();
      expect(before).toBeGreaterThan(0);
    });

    test("no connection is lost to the pool, however often a transaction cannot begin", async () => {
      opened = await openPostgresqlTestStore(url ?? "");
      const { store } = opened;
      const tenant = store.tenant(newId());
      const transaction = () => tenant.transaction((tx) => tx.execute(sql`select 1`));
      let failed = 0;
      // More often than the pool has connections. Of two that were ended, the second may be met in the next round.
      for (let round = 0; round < 14; round++) {
        await transaction().catch(() => failed++);
        endAllUnseen(databaseOf(opened));
        await transaction().catch(() => failed++);
      }
      expect(failed).toBeGreaterThanOrEqual(10);
      await expect
        .poll(() =>
          transaction().then(
            () => true,
            () => false,
          ),
        )
        .toBe(true);
      // Each would wait for ever, and so would closing the store.
      await Promise.all(Array.from({ length: 10 }, transaction));
    });

    test("a database that is dropped under the store is told as unreachable", async () => {
      opened = await openPostgresqlTestStore(url ?? "");
      const { store } = opened;
      const database = databaseOf(opened);
      await asAdministrator((client) => client.query(`drop database ${database} with (force)`));
      const failure = await store.owner.sql.execute(sql`select 1`).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(databaseFault(failure)).toMatchObject({ code: "database-unreachable" });
      const again = await store.owner.sql.execute(sql`select 1`).catch((error: unknown) => error);
      expect(databaseFault(again)).toMatchObject({ code: "database-unreachable" });
      await asAdministrator((client) => client.query(`create database ${database}`));
    });

    test("a database that takes no connections, cancels, or has no lock in time is told as unreachable", async () => {
      opened = await openPostgresqlTestStore(url ?? "");
      const { store } = opened;
      const database = databaseOf(opened);
      const tenant = store.tenant(newId());
      const failureOf = (work: () => Promise<unknown>): Promise<unknown> =>
        work().then(
          () => "no failure",
          (error: unknown) => databaseFault(error) ?? error,
        );
      const unreachable = { code: "database-unreachable", status: 503, retryAfterSeconds: 5 };

      const cancelled = failureOf(() => tenant.statement("select pg_sleep(30)", []));
      const cancel = "select pg_cancel_backend(pid) from pg_stat_activity where datname = $1 and query ~ 'pg_sleep'";
      const look = () => asAdministrator((client) => client.query(cancel, [database]));
      await expect.poll(async () => Promise.race([look().then(() => "waiting"), cancelled])).toMatchObject(unreachable);

      await store.owner.sql.transaction(async (tx) => {
        await tx.execute(sql`lock table lepta.runs in access exclusive mode`);
        const late = tenant.transaction(async (other) => {
          await other.execute(sql`set local lock_timeout = '10ms'`);
          await other.execute(sql`select count(*) from lepta.runs`);
        });
        expect(await failureOf(() => late)).toMatchObject(unreachable);
      });

      await asAdministrator((client) => client.query(`alter database ${database} with allow_connections false`));
      await endAll(database);
      for (let i = 0; i < 3; i++) {
        expect(await failureOf(() => tenant.statement("select 1", []))).toMatchObject(unreachable);
      }
      await asAdministrator((client) => client.query(`alter database ${database} with allow_connections true`));
      expect(await failureOf(() => tenant.statement("select 1", []))).toBe("no failure");
    });
  },
);

test("what is no state of the database is another's to tell", () => {
  for (const error of [new Error("a bug"), Object.assign(new Error("duplicate"), { code: "23505" }), "text", null]) {
    expect(databaseFault(error)).toBeUndefined();
  }
});
