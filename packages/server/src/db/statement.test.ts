// Single statements, prepared once a connection: for every tenant its own rows, for every value what a transaction's
// query gives, and usable after an error.
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seed } from "../../testing/seed.ts";
import { describeStores, type TestStore } from "../../testing/stores.ts";
import { newId } from "./id.ts";

describeStores("single statements", (open) => {
  let opened: TestStore;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.remove());

  test("see the organisation's own rows, however often they ran for another", async () => {
    const seeds = [await seed(opened.store), await seed(opened.store, { versions: 3 })];
    const text = "select id::text from lepta.model_versions where product = $1 order by version";
    // PostgreSQL keeps one plan for all values from the sixth run on.
    for (let i = 0; i < 16; i++) {
      const { organisationId, versions } = seeds[i % 2]!;
      const rows = await opened.store.tenant(organisationId).statement(text, ["credit"]);
      expect(rows.map(({ id }) => id)).toEqual(versions);
    }
  });

  test("give the values that a transaction's query gives", async () => {
    const tenant = opened.store.tenant((await seed(opened.store)).organisationId);
    const id = newId();
    const text = `select $1::uuid[] as ids, $2::jsonb as json, ($3::timestamptz at time zone 'UTC')::text as at, $4::float8[] as numbers, $5::text as none,
      $6::bool as yes, count(*)::int as count, $7::int as whole from lepta.model_versions`;
    const values = [[id], '{"a": [1]}', "2026-01-02T03:04:05.678Z", [0.1, null], null, true, 7];
    const [asked] = await tenant.transaction(
      async (tx) =>
        (
          await tx.execute(sql`select ${sql.param([id])}::uuid[] as ids, ${values[1]}::jsonb as json, (${values[2]}::timestamptz at time zone 'UTC')::text as at,
            ${sql.param([0.1, null])}::float8[] as numbers, ${null}::text as none, ${true}::bool as yes, count(*)::int as count,
            ${7}::int as whole from lepta.model_versions`)
        ).rows,
    );
    for (let i = 0; i < 7; i++) expect(await tenant.statement(text, values)).toEqual([asked]);
    expect(asked).toMatchObject({ ids: [id], none: null, yes: true, whole: 7 });
  });

  test("run again after one that failed, at preparing or at running", async () => {
    const tenant = opened.store.tenant((await seed(opened.store)).organisationId);
    const divided = "select (1 / $1::int)::int as result";
    for (let i = 0; i < 8; i++) {
      await expect(tenant.statement(divided, [0])).rejects.toMatchObject({ code: "22012" });
      expect(await tenant.statement(divided, [1])).toEqual([{ result: 1 }]);
      await expect(tenant.statement("select $1::int from lepta.nowhere", [1])).rejects.toMatchObject({ code: "42P01" });
    }
  });
});
