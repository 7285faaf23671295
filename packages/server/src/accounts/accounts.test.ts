// Organisations, keys and authentication, on both databases.
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeStores, type TestStore } from "../../testing/stores.ts";
import { createAuthenticator, requireScope } from "./authenticate.ts";
import { createKey, listKeys, revokeKey } from "./keys.ts";
import { createOrganisation, findOrganisation, hashSubject, listOrganisations, subjectSalt } from "./organisations.ts";

describeStores("accounts", (open) => {
  let opened: TestStore;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.remove());

  test("an organisation's name is its own, and subjects hash differently in each", async () => {
    const { store } = opened;
    const acme = await createOrganisation(store, { name: "acme" });
    const other = await createOrganisation(store, { name: "other" });
    await expect(createOrganisation(store, { name: "acme" })).rejects.toMatchObject({ code: "name-taken" });
    expect(await findOrganisation(store, "acme")).toEqual(acme);
    expect(await findOrganisation(store, "nobody")).toBeUndefined();
    expect((await listOrganisations(store)).map((o) => o.name)).toEqual(["acme", "other"]);
    const hashes = await Promise.all(
      [acme, other].map(async (o) => hashSubject(await subjectSalt(store, o.id), "anna")),
    );
    expect(new Set(hashes).size).toBe(2);
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
  });

  test("a key is shown once, stored hashed, and lets in until it is revoked", async () => {
    const { store } = opened;
    const organisation = await createOrganisation(store, { name: "keys" });
    const tenant = store.tenant(organisation.id);
    const key = await createKey(tenant, { name: "first", scopes: ["predict", "predict"] });
    expect(key.secret).toMatch(/^lepta_[\w-]{32}$/);
    expect(key.scopes).toEqual(["predict"]);
    expect(key.secret.startsWith(key.prefix)).toBe(true);
    const dump = JSON.stringify((await store.owner.sql.execute(sql`select * from lepta.api_keys`)).rows);
    expect(dump).not.toContain(key.secret);
    expect(JSON.stringify(await listKeys(tenant))).not.toContain(key.secret);

    const { authenticate, forget } = createAuthenticator(store);
    const caller = await authenticate(key.secret);
    expect(caller).toMatchObject({ organisationId: organisation.id, keyId: key.id });
    expect(() => requireScope(caller, "predict")).not.toThrow();
    expect(() => requireScope(caller, "admin")).toThrow(
      expect.objectContaining({ code: "missing-scope", status: 403 }),
    );

    await revokeKey(tenant, key.id);
    forget(key.id);
    await expect(authenticate(key.secret)).rejects.toMatchObject({ code: "revoked-key", status: 401 });
    expect((await listKeys(tenant)).items[0]?.revokedAt).not.toBeNull();
  });

  test("keys come in pages, newest first, each once", async () => {
    const tenant = opened.store.tenant((await createOrganisation(opened.store, { name: "many keys" })).id);
    const made: string[] = [];
    for (let i = 0; i < 5; i++) made.push((await createKey(tenant, { name: `key ${i}`, scopes: ["read"] })).id);
    const seen: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await listKeys(tenant, { limit: 2, cursor });
      seen.push(page.items.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen.map((ids) => ids.length)).toEqual([2, 2, 1]);
    expect(seen.flat()).toEqual(made.reverse());
    await expect(listKeys(tenant, { cursor: "none" })).rejects.toMatchObject({ code: "invalid-request" });
  });

  test("another process refuses a revoked key after a moment", async () => {
    const { store } = opened;
    const tenant = store.tenant((await createOrganisation(store, { name: "two processes" })).id);
    const key = await createKey(tenant, { name: "k", scopes: ["read"] });
    let clock = Date.now();
    const { authenticate } = createAuthenticator(store, () => clock);
    await authenticate(key.secret);
    await revokeKey(tenant, key.id);
    clock += 2_000;
    await expect(authenticate(key.secret)).rejects.toMatchObject({ code: "revoked-key" });
  });

  test("no key, a wrong one and another organisation's are refused", async () => {
    const { store } = opened;
    const { authenticate } = createAuthenticator(store);
    await expect(authenticate(undefined)).rejects.toMatchObject({ code: "missing-key", status: 401 });
    await expect(authenticate("lepta_x' or '1'='1")).rejects.toMatchObject({ code: "unknown-key", status: 401 });
    const mine = store.tenant((await createOrganisation(store, { name: "mine" })).id);
    const theirs = store.tenant((await createOrganisation(store, { name: "theirs" })).id);
    const key = await createKey(theirs, { name: "k", scopes: ["read"] });
    await expect(revokeKey(mine, key.id)).rejects.toMatchObject({ code: "key-not-found" });
    await expect(revokeKey(mine, "nonsense")).rejects.toMatchObject({ code: "key-not-found" });
    await authenticate(key.secret);
  });
});
