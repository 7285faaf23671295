// The job queue, on both databases.
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seedOrganisation } from "../../testing/seed-tables.ts";
import { describeStores, type TestStore } from "../../testing/stores.ts";
import { type Jobs, startJobs } from "./run-jobs.ts";

describeStores("jobs", (open) => {
  let opened: TestStore;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.remove());

  test("run when asked for, tell their failure, and stop; the store stays usable for tenants meanwhile", async () => {
    const { store } = opened;
    const organisation = await seedOrganisation(store, "acme");
    let ran = 0;
    const errors: Error[] = [];
    let jobs: Jobs | undefined;
    try {
      jobs = await startJobs(
        store,
        [
          {
            name: "count",
            cron: "0 3 * * *",
            run: async (given) => {
              expect(given).toBe(store);
              ran++;
            },
          },
          {
            name: "fail",
            run: async () => {
              throw new Error("on purpose");
            },
          },
        ],
        { pollSeconds: 0.5, onError: (error) => errors.push(error) },
      );
      const reads = Array.from({ length: 20 }, () =>
        store.tenant(organisation).transaction((tx) => tx.execute(sql`select count(*)::int as n from lepta.products`)),
      );
      await jobs.runNow("count");
      expect(ran).toBe(1);
      for (const { rows } of await Promise.all(reads)) expect(rows).toEqual([{ n: 1 }]);
      await expect(jobs.runNow("fail")).rejects.toThrow(/on purpose/);
      await jobs.runNow("count");
      expect(ran).toBe(2);
    } finally {
      await jobs?.stop();
    }
    expect(errors).toEqual([]);
  });

  test("a script that fails inside its own transaction leaves the connection usable", async ({ skip }) => {
    const { queue } = opened.store.owner;
    if ("url" in queue) return skip("on PostgreSQL the queue has connections of its own");
    const failing = queue.script("begin; select 1/0; commit;");
    const other = opened.store.owner.sql.execute(sql`select 1 as one`);
    await expect(failing).rejects.toThrow(/division by zero/);
    expect((await other).rows).toEqual([{ one: 1 }]);
  });
});
