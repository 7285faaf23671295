// The stores that the conformance tests run on: PGlite always, PostgreSQL where LEPTA_TEST_DATABASE_URL says.
import { createHash, randomUUID } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import pg from "pg";
import { describe } from "vitest";
import { openStore, type Store } from "../src/db/store.ts";

export interface TestStore {
  store: Store;
  /** Opens it again, as a second process would. */
  options: { dir: string; databaseUrl?: string };
  /** Closes and removes everything. */
  remove(): Promise<void>;
}

export async function openPgliteTestStore(): Promise<TestStore> {
  const dir = mkdtempSync(join(tmpdir(), "lepta-store-"));
  cpSync(await template(), dir, { recursive: true });
  const store = await openStore({ dir });
  return {
    store,
    options: { dir },
    async remove() {
      await store.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/**
 * A store that is empty and migrated, to copy: making one takes seconds. Kept in the system's temporary folder under a
 * name that changes with the migrations, for all test processes.
 */
async function template(): Promise<string> {
  const hash = createHash("sha256").update(process.version);
  const migrations = new URL("../migrations/", import.meta.url);
  for (const name of readdirSync(migrations).sort()) {
    if (name.endsWith(".sql")) hash.update(readFileSync(new URL(name, migrations)));
  }
  const pglite = createRequire(import.meta.url).resolve("@electric-sql/pglite");
  hash.update(readFileSync(join(dirname(pglite), "..", "package.json")));
  const path = join(tmpdir(), `lepta-template-${hash.digest("hex").slice(0, 16)}`);
  if (existsSync(path)) return path;
  const made = mkdtempSync(join(tmpdir(), "lepta-template-new-"));
  await (await openStore({ dir: made })).close();
  try {
    renameSync(made, path);
  } catch (error) {
    // Another process was faster.
    rmSync(made, { recursive: true, force: true });
    if (!existsSync(path)) throw error;
  }
  return path;
}

/** A database of its own in the cluster of `url`. */
export async function openPostgresqlTestStore(url: string): Promise<TestStore> {
  const dir = mkdtempSync(join(tmpdir(), "lepta-store-"));
  const name = `lepta_test_${randomUUID().replaceAll("-", "")}`;
  await asOwner(url, `create database ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  const store = await openStore({ dir, databaseUrl: own.href });
  return {
    store,
    options: { dir, databaseUrl: own.href },
    async remove() {
      await store.close();
      await asOwner(url, `drop database ${name} with (force)`);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** As on a managed PostgreSQL: the login owns its database and may make roles, but is no superuser. */
export async function openManagedTestStore(url: string): Promise<TestStore> {
  const dir = mkdtempSync(join(tmpdir(), "lepta-store-"));
  const name = `lepta_test_${randomUUID().replaceAll("-", "")}`;
  await asOwner(url, `create role ${name} login createrole password '${name}'`);
  await asOwner(url, `create database ${name} owner ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  own.username = name;
  own.password = name;
  const store = await openStore({ dir, databaseUrl: own.href });
  return {
    store,
    options: { dir, databaseUrl: own.href },
    async remove() {
      await store.close();
      await asOwner(url, `drop database ${name} with (force)`);
      await asOwner(url, `drop role ${name}`);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function asOwner(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Runs the same tests on both databases; PostgreSQL is skipped by name where the variable is unset. */
export function describeStores(name: string, tests: (open: () => Promise<TestStore>) => void): void {
  const url = process.env.LEPTA_TEST_DATABASE_URL;
  describe(`${name} on PGlite`, () => tests(openPgliteTestStore));
  describe.skipIf(url === undefined)(
    url === undefined ? `${name} on PostgreSQL (LEPTA_TEST_DATABASE_URL is not set)` : `${name} on PostgreSQL`,
    () => tests(() => openPostgresqlTestStore(url ?? "")),
  );
}
