// Migrations: checked in up to date, applied once, refused by an older release.
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { staleMigrations } from "../../testing/stale-migrations.ts";
import { describeStores } from "../../testing/stores.ts";
import { migrate } from "./migrate.ts";
import { openStore } from "./store.ts";

test("no table changed without a migration", async () => {
  expect(await staleMigrations()).toEqual([]);
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
