// Hostile queries: one organisation against another's rows, in every table, on both databases.
import { getTableName, is, sql } from "drizzle-orm";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seedOrganisation } from "../../testing/seed-tables.ts";
import { describeStores, type TestStore } from "../../testing/stores.ts";
import type { Sql } from "./connection.ts";
import { newId } from "./id.ts";
import * as schema from "./schema.ts";

const tables: PgTable[] = Object.values<unknown>(schema).flatMap((value) => (is(value, PgTable) ? [value] : []));
const qualified = (table: PgTable) => sql`${sql.identifier("lepta")}.${sql.identifier(getTableName(table))}`;
/** The column that says whose a row is. */
const ownerColumn = (table: PgTable) =>
  sql.identifier(getTableName(table) === "organisations" ? "id" : "organisation_id");

describeStores("isolation", (open) => {
  let opened: TestStore;
  let mine: string;
  let theirs: string;

  beforeAll(async () => {
    opened = await open();
    mine = await seedOrganisation(opened.store, "mine");
    theirs = await seedOrganisation(opened.store, "theirs");
  });
  afterAll(() => opened.remove());

  const asMe = <T>(work: (tx: Sql) => Promise<T>) => opened.store.tenant(mine).transaction(work);
  const countOf = async (organisation: string, table: PgTable) => {
    const column = ownerColumn(table);
    const { rows } = await opened.store
      .tenant(organisation)
      .transaction((tx) =>
        tx.execute<{ n: number }>(
          sql`select count(*)::int as n from ${qualified(table)} where ${column} = ${organisation}`,
        ),
      );
    return rows[0]?.n ?? 0;
  };

  test("every table has row-level security, a policy for the role, and the organisation in each foreign key", async () => {
    const { rows } = await opened.store.owner.sql.execute<{
      name: string;
      on: boolean;
      forced: boolean;
      policies: number;
    }>(sql`
      select c.relname as name, c.relrowsecurity as on, c.relforcerowsecurity as forced,
        (select count(*)::int from pg_policy p where p.polrelid = c.oid) as policies
      from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'lepta' and c.relkind = 'r'`);
    expect(rows.map((r) => r.name).sort()).toEqual(tables.map((table) => getTableName(table)).sort());
    for (const row of rows) {
      expect(row, row.name).toMatchObject({ on: true, forced: !["organisations", "api_keys"].includes(row.name) });
      expect(row.policies, row.name).toBeGreaterThan(0);
    }
    for (const table of tables) {
      for (const key of getTableConfig(table).foreignKeys) {
        const { columns, foreignTable } = key.reference();
        if (getTableName(foreignTable) === "organisations") continue;
        expect(
          columns.map((c) => c.name),
          key.getName(),
        ).toContain("organisation_id");
      }
    }
  });

  test("the role has no login, no bypass, and owns nothing", async () => {
    const { rows } = await opened.store.owner.sql.execute(sql`
      select rolcanlogin, rolbypassrls, rolsuper, rolcreaterole, (select count(*)::int from pg_class where relowner = r.oid) as owns
      from pg_roles r where rolname = 'lepta_app'`);
    expect(rows).toEqual([{ rolcanlogin: false, rolbypassrls: false, rolsuper: false, rolcreaterole: false, owns: 0 }]);
  });

  describe.each(tables.map((table) => [getTableName(table), table] as const))("%s", (name, table) => {
    test("the other's rows are not seen, changed, removed or added", async () => {
      const column = ownerColumn(table);
      const before = await countOf(theirs, table);
      expect(before, "seeded").toBeGreaterThan(0);

      const seen = await asMe((tx) => tx.execute(sql`select * from ${qualified(table)} where ${column} = ${theirs}`));
      // A grant that they gave me is mine to see; the seed gives none.
      expect(seen.rows).toEqual([]);
      const all = await asMe((tx) =>
        tx.execute<{ n: number }>(sql`select count(*)::int as n from ${qualified(table)}`),
      );
      expect(all.rows[0]?.n).toBe(await countOf(mine, table));

      const affected = async (statement: ReturnType<typeof sql>) => {
        try {
          const { rows } = await asMe((tx) => tx.execute(statement));
          return rows.length;
        } catch (error) {
          return (error as { cause?: { code?: string } }).cause?.code;
        }
      };
      const refused = [0, "42501"];
      expect(refused).toContain(
        await affected(
          sql`update ${qualified(table)} set ${column} = ${column} where ${column} = ${theirs} returning 1`,
        ),
      );
      expect(refused).toContain(
        await affected(sql`delete from ${qualified(table)} where ${column} = ${theirs} returning 1`),
      );
      // My own rows cannot be handed over to them either (with check), nor made theirs.
      expect(["42501"]).toContain(
        await affected(sql`update ${qualified(table)} set ${column} = ${theirs} where ${column} = ${mine} returning 1`),
      );
      const columns = getTableConfig(table)
        .columns.filter((c) => c.generated === undefined)
        .map((c) => c.name)
        .filter((c) => c !== (name === "organisations" ? "id" : "organisation_id"));
      const list = sql.join(
        columns.map((c) => sql.identifier(c)),
        sql`, `,
      );
      expect(
        await affected(
          sql`insert into ${qualified(table)} (${column}, ${list}) select ${theirs}::uuid, ${list} from ${qualified(table)} returning 1`,
        ),
      ).toBe("42501");

      expect(await countOf(theirs, table)).toBe(before);
    });
  });

  test("a row cannot refer to another organisation's row", async () => {
    const hour = await opened.store
      .tenant(theirs)
      .transaction((tx) => tx.select({ id: schema.usageHours.id }).from(schema.usageHours));
    const attempt = asMe((tx) =>
      tx.insert(schema.usageEvents).values({
        organisationId: mine,
        source: "x",
        id: "x",
        hourId: hour[0]?.id ?? "",
        quantity: 1,
        at: new Date(),
      }),
    );
    await expect(attempt).rejects.toMatchObject({ cause: { code: "23503" } });
  });

  test("without an organisation, with an empty or a wrong one, nothing is seen", async () => {
    const see = (organisation: string | undefined) =>
      opened.store.owner.sql.transaction(async (tx) => {
        await tx.execute(sql`select set_config('role', 'lepta_app', true)`);
        if (organisation !== undefined)
          await tx.execute(sql`select set_config('lepta.organisation', ${organisation}, true)`);
        return (await tx.execute(sql`select * from lepta.products`)).rows.length;
      });
    expect(await see(undefined)).toBe(0);
    expect(await see("")).toBe(0);
    expect(await see(newId())).toBe(0);
    await expect(see("' or true --")).rejects.toThrow();
    expect(() => opened.store.tenant("' or true --")).toThrow(/UUID/);
  });

  test("role and organisation end with the transaction, also with a failed one", async () => {
    await asMe((tx) => tx.execute(sql`select 1`));
    await expect(asMe((tx) => tx.execute(sql`select 1/0`))).rejects.toThrow();
    const { rows } = await opened.store.owner.sql.execute<{ role: string; organisation: string | null }>(
      sql`select current_user as role, current_setting('lepta.organisation', true) as organisation`,
    );
    expect(rows[0]?.role).not.toBe("lepta_app");
    expect(rows[0]?.organisation ?? "").toBe("");
  });

  test("tenants' transactions at the same time do not mix", async () => {
    const see = (organisation: string) =>
      opened.store.tenant(organisation).transaction(async (tx) => {
        await tx.execute(sql`select pg_sleep(0.001)`);
        return tx.select({ organisation: schema.products.organisationId }).from(schema.products);
      });
    const seen = await Promise.all(Array.from({ length: 40 }, (_, i) => see(i % 2 === 0 ? mine : theirs)));
    for (const [i, rows] of seen.entries()) expect(rows).toEqual([{ organisation: i % 2 === 0 ? mine : theirs }]);
  });

  test("values are bound: text with SQL in it is only text", async () => {
    const name = `x'); select set_config('lepta.organisation', '${theirs}', true); reset role; --`;
    await asMe((tx) => tx.update(schema.apiKeys).set({ name }));
    const rows = await asMe((tx) => tx.select({ name: schema.apiKeys.name }).from(schema.apiKeys));
    expect(rows).toEqual([{ name }]);
  });

  // Why statements are never taken from outside: text that is run as SQL can take back the role. Tenant handles are
  // given to our own rooms only; no route, file or product passes a statement on.
  test("the role alone, without our transaction around it, cannot become the owner by grants", async () => {
    const { rows } = await opened.store.owner.sql.execute<{ n: number }>(
      sql`select count(*)::int as n from pg_auth_members m join pg_roles r on r.oid = m.member where r.rolname = 'lepta_app'`,
    );
    expect(rows[0]?.n).toBe(0);
    await expect(
      asMe((tx) => tx.execute(sql`alter table lepta.products disable row level security`)),
    ).rejects.toMatchObject({ cause: { code: "42501" } });
    await expect(asMe((tx) => tx.execute(sql`create table lepta.mine (a int)`))).rejects.toMatchObject({
      cause: { code: "42501" },
    });
    await expect(asMe((tx) => tx.execute(sql`truncate lepta.products cascade`))).rejects.toMatchObject({
      cause: { code: "42501" },
    });
  });
});
