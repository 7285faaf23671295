// Brings a database's tables to this release's: the same SQL files on PGlite and on PostgreSQL.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { sql } from "drizzle-orm";
import { ServerError } from "../errors.ts";
import type { Connection, Sql } from "./connection.ts";

interface Migration {
  /** Milliseconds of its making: the order. */
  when: number;
  hash: string;
  statements: string[];
}

const folder = new URL("../../migrations/", import.meta.url);

function readMigrations(): Migration[] {
  const journal = JSON.parse(readFileSync(new URL("meta/_journal.json", folder), "utf8")) as {
    entries: { tag: string; when: number }[];
  };
  return journal.entries.map(({ tag, when }) => {
    const text = readFileSync(new URL(`${tag}.sql`, folder), "utf8");
    return {
      when,
      hash: createHash("sha256").update(text).digest("hex"),
      statements: text.split("--> statement-breakpoint"),
    };
  });
}

/**
 * All in one transaction, under a lock: several processes may start at once on PostgreSQL.
 * @throws ServerError store-newer when the database has migrations that this release lacks, or has otherwise.
 */
export async function migrate(connection: Connection): Promise<void> {
  const migrations = readMigrations();
  const newest = migrations.at(-1)?.when ?? 0;
  if ((await applied(connection.sql, migrations)) === newest) return;
  await connection.sql.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(1818588257)`);
    await tx.execute(sql`create schema if not exists lepta_migrations`);
    await tx.execute(
      sql`create table if not exists lepta_migrations.applied ("when" bigint primary key, hash text not null, at timestamptz not null default now())`,
    );
    const last = await applied(tx, migrations);
    for (const migration of migrations.filter((m) => m.when > last)) {
      for (const statement of migration.statements) await tx.execute(sql.raw(statement));
      await tx.execute(
        sql`insert into lepta_migrations.applied ("when", hash) values (${migration.when}, ${migration.hash})`,
      );
    }
  });
}

/** The newest migration that the database has; 0 for a new one. @throws ServerError store-newer */
async function applied(db: Sql, migrations: readonly Migration[]): Promise<number> {
  const table = await db.execute<{ there: boolean }>(
    sql`select to_regclass('lepta_migrations.applied') is not null as there`,
  );
  if (!table.rows[0]?.there) return 0;
  const { rows } = await db.execute<{ when: string; hash: string }>(
    sql`select "when"::text, hash from lepta_migrations.applied order by lepta_migrations.applied."when"`,
  );
  const known = new Map(migrations.map(({ when, hash }) => [when, hash]));
  if (rows.some(({ when, hash }) => known.get(Number(when)) !== hash)) {
    throw new ServerError("store-newer", "the store was written by a newer release of lepta", {
      fix: "Update: npm i lepta@latest.",
    });
  }
  return Number(rows.at(-1)?.when ?? 0);
}
