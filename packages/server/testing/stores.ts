// The stores that the conformance tests run on: PGlite always, PostgreSQL where LEPTA_TEST_DATABASE_URL says.
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
