// Grants between organisations, and what nobody gets by them, on both databases.
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Seed, seed } from "../../testing/seed.ts";
import { describeStores, type TestStore } from "../../testing/stores.ts";
import { newId } from "../db/id.ts";
import { grants, modelVersions } from "../db/schema.ts";
import type { Tenant } from "../db/tenant.ts";
import { grantMetrics, listGrants, revokeGrant, sharedVersions } from "./grants.ts";

describeStores("grants", (open) => {
  let opened: TestStore;
  let giver: Tenant;
  let grantee: Tenant;
  let stranger: Tenant;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.remove());
  beforeEach(async () => {
    const seeds: Seed[] = [];
    for (let i = 0; i < 3; i++) seeds.push(await seed(opened.store));
    [giver, grantee, stranger] = seeds.map((s) => opened.store.tenant(s.organisationId)) as [Tenant, Tenant, Tenant];
  });

  test("both see the grant, the grantee sees metrics and no more, until it is revoked", async () => {
    const grant = await grantMetrics(giver, { to: grantee.organisationId, product: "credit" });
    expect(await listGrants(giver)).toEqual([grant]);
    expect(await listGrants(grantee)).toEqual([grant]);
    expect(await listGrants(stranger)).toEqual([]);

    const shared = await sharedVersions(opened.store, grantee, grant.id);
    expect(shared.map((v) => v.version)).toEqual([2, 1]);
    expect(Object.keys(shared[0] ?? {}).sort()).toEqual([
      "createdAt",
      "dataHash",
      "metrics",
      "name",
      "product",
      "trainedRows",
      "version",
    ]);
    // The tables themselves stay closed.
    const seen = await grantee.transaction((tx) =>
      tx.select().from(modelVersions).where(eq(modelVersions.organisationId, giver.organisationId)),
    );
    expect(seen).toEqual([]);

    expect((await revokeGrant(giver, grant.id)).revokedAt).not.toBeNull();
    await expect(sharedVersions(opened.store, grantee, grant.id)).rejects.toMatchObject({ code: "grant-not-found" });
  });

  test("a stranger, a grantee and the giver itself get nothing that is not theirs", async () => {
    const grant = await grantMetrics(giver, { to: grantee.organisationId, product: "credit" });
    for (const tenant of [stranger, giver]) {
      await expect(sharedVersions(opened.store, tenant, grant.id)).rejects.toMatchObject({ code: "grant-not-found" });
    }
    for (const tenant of [stranger, grantee]) {
      await expect(revokeGrant(tenant, grant.id)).rejects.toMatchObject({ code: "grant-not-found" });
      const changed = await tenant.transaction((tx) =>
        tx
          .update(grants)
          .set({ granteeId: tenant.organisationId, revokedAt: null })
          .where(eq(grants.id, grant.id))
          .returning(),
      );
      expect(changed).toEqual([]);
      expect(await tenant.transaction((tx) => tx.delete(grants).where(eq(grants.id, grant.id)).returning())).toEqual(
        [],
      );
    }
    // A grant in another's name is refused by the policy.
    const forged = {
      organisationId: giver.organisationId,
      id: newId(),
      granteeId: stranger.organisationId,
      product: "credit",
      subject: "metrics" as const,
    };
    await expect(stranger.transaction((tx) => tx.insert(grants).values(forged))).rejects.toMatchObject({
      cause: { code: "42501" },
    });
    await expect(sharedVersions(opened.store, stranger, "nonsense")).rejects.toMatchObject({ code: "grant-not-found" });
    expect(await sharedVersions(opened.store, grantee, grant.id)).toHaveLength(2);
  });

  test("to nobody, to oneself or of an unknown product is refused", async () => {
    for (const to of [newId(), giver.organisationId, "nonsense"]) {
      await expect(grantMetrics(giver, { to, product: "credit" })).rejects.toMatchObject({
        code: "organisation-not-found",
      });
    }
    await expect(grantMetrics(giver, { to: grantee.organisationId, product: "none" })).rejects.toMatchObject({
      code: "product-not-found",
    });
  });
});
