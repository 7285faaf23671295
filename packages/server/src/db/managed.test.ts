// A PostgreSQL whose login is no superuser: there even the owner is bound by the policies.
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { seedOrganisation } from "../../testing/seed-tables.ts";
import { openManagedTestStore } from "../../testing/stores.ts";
import { createAuthenticator } from "../accounts/authenticate.ts";
import { createKey } from "../accounts/keys.ts";
import { createRun, readRun } from "../registry/runs.ts";
import { openStore } from "./store.ts";

const url = process.env.LEPTA_TEST_DATABASE_URL;

test.skipIf(url === undefined)(
  url === undefined ? "a login without superuser (LEPTA_TEST_DATABASE_URL is not set)" : "a login without superuser",
  async () => {
    const opened = await openManagedTestStore(url ?? "");
    try {
      const { store } = opened;
      const tenant = store.tenant(await seedOrganisation(store, "acme"));
      await tenant.transaction(async (tx) => {
        expect((await tx.execute(sql`select * from lepta.predictions`)).rows).toHaveLength(1);
      });
      // A query that forgot its tenant sees nothing, and writes nothing.
      expect((await store.owner.sql.execute(sql`select * from lepta.predictions`)).rows).toEqual([]);
      expect((await store.owner.sql.execute(sql`delete from lepta.feedback returning 1`)).rows).toEqual([]);
      // What comes before a tenant works all the same.
      const key = await createKey(tenant, { name: "k", scopes: ["read"] });
      expect(await createAuthenticator(store).authenticate(key.secret)).toMatchObject({ keyId: key.id });
      const run = await createRun(tenant, { product: "credit" });
      await tenant.transaction((tx) => tx.execute(sql`update lepta.runs set process = '' where id = ${run}`));
      await store.close();
      const again = await openStore(opened.options);
      expect((await readRun(again.tenant(tenant.organisationId), run)).status).toBe("interrupted");
      await again.close();
    } finally {
      await opened.remove();
    }
  },
);
