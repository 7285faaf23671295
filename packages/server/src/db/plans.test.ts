// What reading costs: as many rows as the answer has, whatever is stored, without the planner's statistics and with
// them, on both databases. Rows are counted, not seconds.
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Filled, fillStore } from "../../testing/fill-store.ts";
import { countingRows, type RowsRead } from "../../testing/rows-read.ts";
import { describeStores, type TestStore } from "../../testing/stores.ts";
import { listKeys } from "../accounts/keys.ts";
import { experimentTable } from "../experiments/experiment-table.ts";
import { createInvoice, listInvoices } from "../metering/invoices.ts";
import { usageSummary } from "../metering/usage-summary.ts";
import { inputDrift } from "../monitoring/drift.ts";
import { listProducts } from "../registry/products.ts";
import { listRuns } from "../registry/runs.ts";
import { recordFeedback } from "../serving/feedback.ts";
import { listPredictions } from "../serving/prediction-records.ts";
import type { Tenant } from "./tenant.ts";

const from = new Date("2026-03-01T00:00:00.000Z");
const to = new Date("2026-03-03T00:00:00.000Z");
const april = new Date("2026-04-02T00:00:00.000Z");
const day = (n: number) => new Date(from.getTime() + n * 86_400_000);
/** Tables that grow with traffic. (usage_hours grows with time alone.) */
const large = ["predictions", "usage_events", "feedback", "experiment_units", "experiment_groups"];

describeStores("what reading costs", (open) => {
  let opened: TestStore;
  /** The same traffic in number, and ten times it. */
  let stores: { few: Filled; many: Filled };
  beforeAll(async () => {
    opened = await open();
    stores = {
      few: await fillStore(opened.store, { count: 1_000, from, to }),
      many: await fillStore(opened.store, { count: 10_000, from, to }),
    };
  }, 120_000);
  afterAll(() => opened.remove());

  async function cost(filled: Filled, work: (tenant: Tenant) => Promise<unknown>): Promise<RowsRead> {
    const { tenant, read } = countingRows(opened.store.tenant(filled.organisationId));
    await work(tenant);
    return read;
  }
  const scanned = (read: RowsRead) => large.filter((table) => (read.sequential[table] ?? 0) > 0);

  describe.each([["without statistics"], ["with statistics"]])("%s", (kind) => {
    beforeAll(async () => {
      if (kind === "with statistics") await opened.store.owner.sql.execute(sql`analyze`);
    });

    test.each<[string, number, (filled: Filled, tenant: Tenant) => Promise<unknown>]>([
      ["the newest predictions", 1000, (_, tenant) => listPredictions(tenant, {})],
      ["the newest of a product", 1000, (_, tenant) => listPredictions(tenant, { product: "credit" })],
      ["the newest of a version", 1000, (_, tenant) => listPredictions(tenant, { product: "credit", version: 2 })],
      [
        "a page in the middle",
        1000,
        (_, tenant) =>
          listPredictions(tenant, { cursor: "2026-03-02T01:00:00.000Z_ffffffff-ffff-4fff-bfff-ffffffffffff" }),
      ],
      ["the month's usage", 1000, (_, tenant) => usageSummary(tenant, { from, to: new Date(to.getTime() + 1) })],
      ["the month's invoice", 3000, (_, tenant) => createInvoice(tenant, { period: "2026-03" }, new Date(to))],
      ["the experiment's table", 300, (_, tenant) => experimentTable(tenant, "credit")],
      [
        "the newest of an invoice line",
        1500,
        async (_, tenant) => {
          const [invoice] = (await listInvoices(tenant)).items;
          const page = await listPredictions(tenant, { invoiceLine: invoice!.lines[0]!.id });
          expect(page.items).toHaveLength(50);
        },
      ],
    ])("%s: no table is read through, and ten times as much stored costs the same", async (_, most, work) => {
      const few = await cost(stores.few, (tenant) => work(stores.few, tenant));
      const many = await cost(stores.many, (tenant) => work(stores.many, tenant));
      expect({ few: scanned(few), many: scanned(many) }, JSON.stringify({ few, many })).toEqual({ few: [], many: [] });
      expect(many.total, JSON.stringify({ few, many })).toBeLessThanOrEqual(most);
      expect(many.total).toBeLessThanOrEqual(few.total * 1.5 + 50);
    });
  });

  test.each<[string, number, (filled: Filled, tenant: Tenant) => Promise<unknown>]>([
    ["a day's drift", 4_500, ({ versions }, tenant) => inputDrift(tenant, { id: versions[0]! }, { from, to: day(1) })],
    [
      "an hour's drift",
      500,
      ({ versions }, tenant) =>
        inputDrift(tenant, { id: versions[0]! }, { from: new Date(to.getTime() - 3_600_000), to }),
    ],
    [
      "labels that are told",
      200,
      async (_, tenant) => {
        const { items } = await listPredictions(tenant, { limit: 20 });
        const told = items.map(({ id }) => ({ prediction: id, label: "bad" }));
        expect(await recordFeedback(tenant, "credit", told)).toBeGreaterThan(0);
      },
    ],
    ["the products", 100, (_, tenant) => listProducts(tenant)],
    ["the runs", 100, (_, tenant) => listRuns(tenant, { product: "credit" })],
    ["the keys", 100, (_, tenant) => listKeys(tenant)],
  ])("%s: no statement reads much, and no table is read through", async (_, most, work) => {
    const read = await cost(stores.many, (tenant) => work(stores.many, tenant));
    expect(scanned(read), JSON.stringify(read)).toEqual([]);
    expect(read.most, JSON.stringify(read)).toBeLessThanOrEqual(most);
  });

  test("the invoice of all of it, issued, has every prediction", async () => {
    for (const [filled, count] of [
      [stores.few, 1_000],
      [stores.many, 10_000],
    ] as const) {
      const tenant = opened.store.tenant(filled.organisationId);
      const { lines, status, totalMicros } = await createInvoice(tenant, { period: "2026-03" }, april);
      expect(status).toBe("issued");
      expect(lines.reduce((sum, line) => sum + line.count, 0)).toBe(count);
      expect(totalMicros).toBe((count - 1000) * 2000);
    }
  });
});
