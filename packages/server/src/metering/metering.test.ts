// Usage, prices and invoices, on both databases.
import { randomUUID } from "node:crypto";
import { invoice as invoiceSchema, type UsageEvent, usageEvent, usageSummary as usageSummarySchema } from "@lepta/api";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { seed } from "../../testing/seed.ts";
import { describeStores, type TestStore } from "../../testing/stores.ts";
import type { Tenant } from "../db/tenant.ts";
import { startJobs } from "../jobs/run-jobs.ts";
import { closeMonths, closeMonthsJob } from "./close-months.ts";
import { createInvoice, listInvoices, readInvoice } from "./invoices.ts";
import { priceAt, setPrice } from "./prices.ts";
import { recordUsage } from "./usage.ts";
import { usageSummary } from "./usage-summary.ts";

const event = (
  time: string,
  change: { id?: string; source?: string; version?: number; quantity?: number } = {},
): UsageEvent =>
  usageEvent.parse({
    specversion: "1.0",
    id: change.id ?? randomUUID(),
    source: change.source ?? "/test",
    type: "dev.lepta.prediction",
    time,
    data: { product: "credit", version: change.version ?? 1, quantity: change.quantity ?? 1 },
  });
const many = (n: number, time: string, version = 1) => Array.from({ length: n }, () => event(time, { version }));

const january = new Date("2026-01-20T00:00:00.000Z");
const february = new Date("2026-02-03T00:00:00.000Z");
const march = new Date("2026-03-02T00:00:00.000Z");

describeStores("metering", (open) => {
  let opened: TestStore;
  let tenant: Tenant;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.remove());
  beforeEach(async () => {
    tenant = opened.store.tenant((await seed(opened.store)).organisationId);
  });
  const usd = (amountMicros: number, freePerMonth: number, now = january) =>
    setPrice(tenant, { product: "credit", amountMicros, currency: "USD", freePerMonth }, now);

  /** Closing months goes through every organisation of the store: one that fails on purpose is made whole again. */
  const forgetUsage = (of: Tenant) =>
    of.transaction(async (tx) => {
      await tx.execute(sql`delete from lepta.usage_events`);
      await tx.execute(sql`delete from lepta.usage_hours`);
    });
  /** What the events themselves say: quantities by invoice line. */
  const eventsByLine = async () => {
    const { rows } = await tenant.transaction((tx) =>
      tx.execute<{ id: string | null; n: number }>(sql`
        select h.invoice_line_id as id, sum(e.quantity)::int as n
        from lepta.usage_events e join lepta.usage_hours h on h.organisation_id = e.organisation_id and h.id = e.hour_id
        group by 1`),
    );
    return new Map(rows.map((row) => [row.id, row.n]));
  };

  describe("a usage event", () => {
    test("sent twice counts once, in one call and in two", async () => {
      const one = event("2026-01-05T00:00:00.000Z", { id: "a" });
      expect(
        await recordUsage(tenant, [one, one, event("2026-01-05T00:00:00.000Z", { id: "a", source: "/other" })]),
      ).toEqual({ accepted: 2, duplicates: 1 });
      expect(await recordUsage(tenant, [one])).toEqual({ accepted: 0, duplicates: 1 });
      expect((await usageSummary(tenant, {}, january)).total).toBe(2);
    });

    test("of an unknown product or version takes the whole call back", async () => {
      const unknown = event("2026-01-05T00:00:00.000Z", { version: 9 });
      await expect(recordUsage(tenant, [event("2026-01-05T00:00:00.000Z"), unknown])).rejects.toMatchObject({
        code: "version-not-found",
      });
      expect((await usageSummary(tenant, {}, january)).total).toBe(0);
    });

    test("is summed by version and day", async () => {
      await usd(2000, 10);
      await recordUsage(tenant, [
        ...many(3, "2026-01-05T23:59:59.999Z"),
        ...many(2, "2026-01-06T00:00:00.000Z", 2),
        event("2026-01-06T10:00:00.000Z", { quantity: 5 }),
        ...many(4, "2026-02-01T00:00:00.000Z"),
      ]);
      const summary = await usageSummary(tenant, {}, january);
      expect(usageSummarySchema.parse(summary)).toEqual(summary);
      expect(summary).toMatchObject({
        total: 10,
        lines: [
          { model: { version: 1 }, count: 8 },
          { model: { version: 2 }, count: 2 },
        ],
        days: [
          { day: "2026-01-05", count: 3 },
          { day: "2026-01-06", count: 7 },
        ],
        prices: [{ product: "credit", amountMicros: 2000, currency: "USD", freePerMonth: 10 }],
      });
      expect((await usageSummary(tenant, { product: "other" }, january)).total).toBe(0);
    });
  });

  describe("a price", () => {
    test("set twice is one; changed, it holds from then on", async () => {
      const first = await usd(2000, 1000);
      expect(first.effectiveFrom).toBe("2026-01-01T00:00:00.000Z");
      expect(await usd(2000, 1000, february)).toEqual(first);
      const second = await usd(3000, 1000, february);
      expect(second.effectiveFrom).toBe(february.toISOString());
      expect(await priceAt(tenant, "credit", january)).toEqual(first);
      expect(await priceAt(tenant, "credit", march)).toEqual(second);
      expect(await priceAt(tenant, "credit", new Date("2025-01-01"))).toBeUndefined();
    });

    test("that cannot be is refused", async () => {
      for (const change of [
        { amountMicros: 0.5 },
        { amountMicros: -1 },
        { amountMicros: 1e9 + 1 },
        { currency: "usd" },
        { freePerMonth: Number.NaN },
      ]) {
        const price = { product: "credit", amountMicros: 1, currency: "USD", ...change };
        await expect(setPrice(tenant, price)).rejects.toMatchObject({ code: "invalid-price" });
      }
      await expect(setPrice(tenant, { product: "none", amountMicros: 1, currency: "USD" })).rejects.toMatchObject({
        code: "product-not-found",
      });
    });
  });

  describe("an invoice", () => {
    test("takes the allowance off, names version and data, and leads to its events", async () => {
      await usd(2000, 100);
      await recordUsage(tenant, [...many(80, "2026-01-05T00:00:00.000Z"), ...many(70, "2026-01-06T00:00:00.000Z", 2)]);
      const invoice = await createInvoice(tenant, {}, january);
      expect(invoiceSchema.parse(invoice)).toEqual(invoice);
      expect(invoice).toMatchObject({
        number: 1,
        period: "2026-01",
        status: "draft",
        currency: "USD",
        totalMicros: 100_000,
        lines: [
          {
            product: "credit",
            model: { version: 1 },
            dataHash: "d".repeat(64),
            count: 80,
            free: 80,
            billed: 0,
            amountMicros: 0,
          },
          {
            product: "credit",
            model: { version: 2 },
            count: 70,
            free: 20,
            billed: 50,
            unitPriceMicros: 2000,
            amountMicros: 100_000,
          },
        ],
      });
      expect((await eventsByLine()).get(invoice.lines[1]?.id ?? "")).toBe(70);
      expect(await readInvoice(tenant, invoice.id)).toEqual(invoice);
      await expect(readInvoice(tenant, randomUUID())).rejects.toMatchObject({ code: "invoice-not-found" });
    });

    test("is one a month: a draft follows the usage, an issued one stays, what comes late goes on the next", async () => {
      await usd(1000, 0);
      await recordUsage(tenant, many(10, "2026-01-05T00:00:00.000Z"));
      const draft = await createInvoice(tenant, { period: "2026-01" }, january);
      await recordUsage(tenant, many(5, "2026-01-21T00:00:00.000Z"));
      const [a, b] = await Promise.all([
        createInvoice(tenant, { period: "2026-01" }, january),
        createInvoice(tenant, { period: "2026-01" }, january),
      ]);
      expect([a.id, b.id, a.number]).toEqual([draft.id, draft.id, 1]);
      expect(a.totalMicros).toBe(15_000);

      const issued = await createInvoice(tenant, { period: "2026-01" }, february);
      expect(issued).toMatchObject({ id: draft.id, status: "issued", totalMicros: 15_000 });
      await recordUsage(tenant, [...many(3, "2026-01-31T00:00:00.000Z"), ...many(2, "2026-02-01T00:00:00.000Z")]);
      expect(await createInvoice(tenant, { period: "2026-01" }, march)).toEqual(issued);
      expect(await createInvoice(tenant, { period: "2026-02" }, march)).toMatchObject({
        number: 2,
        status: "issued",
        totalMicros: 5_000,
      });
      const page = await listInvoices(tenant, { limit: 1 });
      expect(page.items.map((i) => i.period)).toEqual(["2026-02"]);
      expect((await listInvoices(tenant, { limit: 1, cursor: page.nextCursor ?? "" })).items).toEqual([issued]);
    });

    test("refuses a currency that no product was priced in, and writes nothing", async () => {
      await usd(1000, 0);
      await recordUsage(tenant, many(1, "2026-01-05T00:00:00.000Z"));
      await expect(createInvoice(tenant, { currency: "EUR" }, january)).rejects.toMatchObject({
        code: "price-missing",
      });
      expect((await listInvoices(tenant)).items).toEqual([]);
      expect(await createInvoice(tenant, {}, january)).toMatchObject({ number: 1, currency: "USD", totalMicros: 1000 });
    });

    test("prices each event as of its time, and asks which currency where there are two", async () => {
      await usd(1000, 5);
      await usd(2000, 5, new Date("2026-01-10T00:00:00.000Z"));
      await recordUsage(tenant, [...many(4, "2026-01-05T00:00:00.000Z"), ...many(4, "2026-01-12T00:00:00.000Z")]);
      expect(await createInvoice(tenant, {}, january)).toMatchObject({
        totalMicros: 6_000,
        lines: [
          { count: 4, free: 4, unitPriceMicros: 1000 },
          { count: 4, free: 1, billed: 3, unitPriceMicros: 2000 },
        ],
      });
      await setPrice(
        tenant,
        { product: "credit", amountMicros: 7, currency: "EUR" },
        new Date("2026-01-15T00:00:00.000Z"),
      );
      await recordUsage(tenant, many(1, "2026-01-16T00:00:00.000Z"));
      await expect(createInvoice(tenant, {}, january)).rejects.toMatchObject({ code: "currency-ambiguous" });
      expect(await createInvoice(tenant, { currency: "EUR" }, january)).toMatchObject({
        currency: "EUR",
        totalMicros: 7,
        number: 2,
      });
    });

    test("counts each event that it takes, though another is committed after its lines", async ({ skip }) => {
      const { databaseUrl } = opened.options;
      skip(databaseUrl === undefined, "the embedded database runs one transaction at a time");
      await usd(1000, 3);
      await recordUsage(tenant, many(5, "2026-01-05T00:00:00.000Z"));
      const other = new pg.Client({ connectionString: databaseUrl });
      await other.connect();
      try {
        // Whoever inserts lines waits for the lock that the other connection holds.
        await other.query(`
          create function pause() returns trigger language plpgsql as 'begin perform pg_advisory_xact_lock(77); return null; end';
          create trigger pause after insert on lepta.invoice_lines execute function pause();
          select pg_advisory_lock(77)`);
        const making = createInvoice(tenant, { period: "2026-01" }, february);
        const waiting = () => other.query("select 1 from pg_locks where locktype = 'advisory' and not granted");
        await vi.waitUntil(async () => (await waiting()).rowCount === 1);
        // The hour of the first waits for the invoice, another hour's does not; neither is on it.
        const same = recordUsage(tenant, many(2, "2026-01-05T00:00:00.000Z"));
        await recordUsage(tenant, many(2, "2026-01-06T00:00:00.000Z"));
        await other.query("select pg_advisory_unlock(77)");
        const { lines, totalMicros } = await making;
        await same;
        expect(lines).toMatchObject([{ count: 5, free: 3, billed: 2 }]);
        expect(totalMicros).toBe(2000);
        expect(await eventsByLine()).toEqual(
          new Map<string | null, number>([
            [lines[0]!.id, 5],
            [null, 4],
          ]),
        );
        const next = await createInvoice(tenant, { period: "2026-02" }, february);
        expect(next).toMatchObject({ lines: [{ period: "2026-01", count: 4, free: 0, billed: 4 }], totalMicros: 4000 });
      } finally {
        await other.query("drop trigger if exists pause on lepta.invoice_lines");
        await other.end();
      }
    });

    test("whose amount would not be exact is refused and changes nothing", async () => {
      await usd(1e9, 0);
      await recordUsage(
        tenant,
        Array.from({ length: 10 }, () => event("2026-01-05T00:00:00.000Z", { quantity: 1_000_000 })),
      );
      await expect(createInvoice(tenant, {}, january)).rejects.toMatchObject({ code: "amount-too-large" });
      expect((await listInvoices(tenant)).items).toEqual([]);
      await forgetUsage(tenant);
    });

    test("of a wrong month, or without any price, is refused; without usage it is empty", async () => {
      for (const period of ["2026-13", "2026-1", "2026-02", "x"]) {
        await expect(createInvoice(tenant, { period }, january)).rejects.toMatchObject({ code: "invalid-period" });
      }
      await expect(createInvoice(tenant, {}, january)).rejects.toMatchObject({ code: "price-missing" });
      await usd(1000, 0);
      expect(await createInvoice(tenant, {}, january)).toMatchObject({ totalMicros: 0, lines: [] });
    });

    test("adds up for any usage: every priced event is on exactly one line, and lines sum to the total", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.record({
              version: fc.constantFrom(1, 2),
              day: fc.integer({ min: 1, max: 28 }),
              quantity: fc.integer({ min: 1, max: 500 }),
            }),
            { maxLength: 30 },
          ),
          fc.nat(3000),
          fc.nat(100_000),
          async (events, free, amount) => {
            tenant = opened.store.tenant((await seed(opened.store)).organisationId);
            await usd(amount, free);
            const usage = events.map(({ version, day, quantity }) =>
              event(`2026-01-${String(day).padStart(2, "0")}T00:00:00.000Z`, { version, quantity }),
            );
            if (usage.length > 0) await recordUsage(tenant, usage);
            const { lines, totalMicros } = await createInvoice(tenant, {}, january);
            const sum = (of: (line: (typeof lines)[number]) => number) =>
              lines.reduce((total, line) => total + of(line), 0);
            const used = events.reduce((total, { quantity }) => total + quantity, 0);
            expect(sum((l) => l.count)).toBe(used);
            expect(sum((l) => l.free)).toBe(Math.min(used, free));
            expect(sum((l) => l.billed)).toBe(Math.max(0, used - free));
            expect(totalMicros).toBe(Math.max(0, used - free) * amount);
            expect(await eventsByLine()).toEqual(new Map(lines.map((line) => [line.id, line.count])));
          },
        ),
        { numRuns: 15 },
      );
    });
  });

  test("what came late for an issued month is on the newest month's invoice, though that has no usage", async () => {
    await usd(1000, 0);
    await recordUsage(tenant, many(2, "2026-01-05T00:00:00.000Z"));
    await createInvoice(tenant, { period: "2026-01" }, february);
    await recordUsage(tenant, many(3, "2026-01-06T00:00:00.000Z"));
    await closeMonths(opened.store, march);
    expect((await listInvoices(tenant)).items.map((i) => [i.period, i.totalMicros]).sort()).toEqual([
      ["2026-01", 2000],
      ["2026-02", 3000],
    ]);
    expect(await closeMonths(opened.store, march)).toBe(0);
  });

  test("an organisation whose months cannot be closed does not stop the others", async () => {
    await usd(1e9, 0);
    await recordUsage(
      tenant,
      Array.from({ length: 10 }, () => event("2026-01-05T00:00:00.000Z", { quantity: 1_000_000 })),
    );
    const failing = tenant.organisationId;
    tenant = opened.store.tenant((await seed(opened.store)).organisationId);
    await usd(1000, 0);
    await recordUsage(tenant, many(2, "2026-01-05T00:00:00.000Z"));
    await expect(closeMonths(opened.store, february)).rejects.toMatchObject({
      errors: [{ message: expect.stringContaining(failing) }],
    });
    expect((await listInvoices(tenant)).items.map((i) => i.status)).toEqual(["issued"]);
    await forgetUsage(opened.store.tenant(failing));
  });

  test("the nightly job issues the months that are over, once", async () => {
    await usd(1000, 0);
    await recordUsage(tenant, [
      ...many(2, "2026-01-05T00:00:00.000Z"),
      ...many(3, "2026-02-05T00:00:00.000Z"),
      ...many(4, "2026-03-01T00:00:00.000Z"),
    ]);
    await createInvoice(tenant, { period: "2026-01" }, january);
    await closeMonths(opened.store, march);
    expect(await closeMonths(opened.store, march)).toBe(0);
    const { items } = await listInvoices(tenant);
    expect(items.map((i) => [i.period, i.status, i.totalMicros]).sort()).toEqual([
      ["2026-01", "issued", 2000],
      ["2026-02", "issued", 3000],
    ]);
    const jobs = await startJobs(opened.store, [closeMonthsJob], { pollSeconds: 0.5 });
    try {
      await jobs.runNow(closeMonthsJob.name);
    } finally {
      await jobs.stop();
    }
    expect((await listInvoices(tenant)).items.map((i) => i.period)).toContain("2026-03");
  });
});
