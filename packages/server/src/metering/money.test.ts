// Money proved by working it out another way: random usage, prices, drafts and closings, beside a model that knows only
// a list of events. Sums are equal to the micro-unit.
import { randomUUID } from "node:crypto";
import { type Invoice, usageEvent } from "@lepta/api";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { entry, MoneyModel } from "../../testing/money-model.ts";
import { seed } from "../../testing/seed.ts";
import { describeStores, type TestStore } from "../../testing/stores.ts";
import type { Tenant } from "../db/tenant.ts";
import { createInvoice } from "./invoices.ts";
import { setPrice } from "./prices.ts";
import { recordUsage } from "./usage.ts";
import { usageSummary } from "./usage-summary.ts";

const start = Date.parse("2026-01-01T00:00:00.000Z");
const day = 86_400_000;
const months = ["2026-01", "2026-02", "2026-03", "2026-04"];

const currency = fc.constantFrom("USD", "USD", "USD", "EUR");
/** Each step comes some days after the one before; `ago` reaches back from it. */
const steps = fc.array(
  fc.tuple(
    fc.double({ min: 0, max: 6, noNaN: true }),
    fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({
          do: fc.constant("use" as const),
          // Mostly within the hour, sometimes weeks: late.
          ago: fc.oneof(fc.double({ min: 0, max: 0.04, noNaN: true }), fc.double({ min: 0, max: 60, noNaN: true })),
          quantity: fc.integer({ min: 1, max: 40 }),
          version: fc.constantFrom(1, 2),
          own: fc.boolean(),
          repeat: fc.boolean(),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant("price" as const),
          ago: fc.oneof(
            fc.constant(0),
            fc.double({ min: 0, max: 0.1, noNaN: true }),
            fc.double({ min: 0, max: 20, noNaN: true }),
          ),
          amount: fc.constantFrom(0, 1, 2000, 999_999_999),
          allowance: fc.integer({ min: 0, max: 120 }),
          currency,
        }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          do: fc.constant("invoice" as const),
          month: fc.nat(months.length - 1),
          currency,
        }),
      },
    ),
  ),
  { minLength: 5, maxLength: 40 },
);

/** A price that comes into force in the moment of all usage under the one before: its hour is left empty. */
const emptied = [
  [0, { do: "price", ago: 0, amount: 0, allowance: 0, currency: "USD" }],
  [1e-8, { do: "invoice", month: 0, currency: "USD" }],
  [0, { do: "use", ago: 0, quantity: 1, version: 1, own: false, repeat: false }],
  [0, { do: "price", ago: 0, amount: 0, allowance: 1, currency: "USD" }],
  [0, { do: "use", ago: 0, quantity: 1, version: 1, own: false, repeat: false }],
  [0, { do: "invoice", month: 0, currency: "USD" }],
] satisfies ReturnType<typeof steps.generate>["value"];

/** The invoice in the model's words. */
function said(invoice: Invoice) {
  const shares: Record<string, { free: number; billed: number }> = {};
  const counts: Record<string, { count: number; own: number }> = {};
  for (const { period, model, count, own, free, billed, unitPriceMicros, amountMicros } of invoice.lines) {
    expect(amountMicros).toBe(billed * unitPriceMicros);
    expect(count).toBe(own + free + billed);
    const share = entry(shares, `${period} ${unitPriceMicros}`, () => ({ free: 0, billed: 0 }));
    share.free += free;
    share.billed += billed;
    const sum = entry(counts, `${period} ${model.version} ${unitPriceMicros}`, () => ({ count: 0, own: 0 }));
    sum.count += count;
    sum.own += own;
  }
  return { total: BigInt(invoice.totalMicros), issued: invoice.status === "issued", shares, counts };
}

describeStores("money", (open) => {
  let opened: TestStore;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.remove());

  /** Quantities of events by the line that they are on, from the events themselves. */
  async function eventsByLine(tenant: Tenant): Promise<Map<string, number>> {
    const { rows } = await tenant.transaction((tx) =>
      tx.execute<{ id: string; n: number }>(sql`
        select h.invoice_line_id as id, sum(e.quantity)::int as n
        from lepta.usage_events e join lepta.usage_hours h on h.organisation_id = e.organisation_id and h.id = e.hour_id
        where h.invoice_line_id is not null group by 1`),
    );
    return new Map(rows.map(({ id, n }) => [id, n]));
  }

  /** The hours' counts are the events', whatever was moved. */
  async function expectExactHours(tenant: Tenant): Promise<void> {
    const { rows } = await tenant.transaction((tx) =>
      tx.execute(sql`
        select h.id from lepta.usage_hours h left join lepta.usage_events e on e.organisation_id = h.organisation_id and e.hour_id = h.id
        group by h.organisation_id, h.id, h.count having h.count <> coalesce(sum(e.quantity), 0)`),
    );
    expect(rows).toEqual([]);
  }

  test("is the model's after any usage, late usage, change of price, allowance and currency, draft and closing", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const tenant = opened.store.tenant((await seed(opened.store)).organisationId);
        const model = new MoneyModel();
        let now = start;
        const invoices = new Map<string, Invoice>();
        for (const [later, step] of list) {
          now += Math.round(later * day);
          if (step.do === "use") {
            const at = Math.max(start, Math.round(now - step.ago * day));
            const { version, quantity, own } = step;
            const event = usageEvent.parse({
              specversion: "1.0",
              id: randomUUID(),
              source: "/test",
              type: "dev.lepta.prediction",
              time: new Date(at).toISOString(),
              data: { product: "credit", version, quantity },
            });
            await recordUsage(tenant, step.repeat ? [event, event] : [event], { own });
            if (step.repeat) await recordUsage(tenant, [event], { own: !own });
            model.events.push({ at, version, quantity, own });
          } else if (step.do === "price") {
            const from = Math.max(start, Math.round(now - step.ago * day));
            if (model.prices.some((price) => price.from === from)) continue;
            const { amount, allowance, currency } = step;
            const price = { product: "credit", amountMicros: amount, currency, freePerMonth: allowance };
            await setPrice(tenant, { ...price, effectiveFrom: new Date(from) }, new Date(now));
            const before = model.priceAt(from);
            const same = before?.amount === amount && before.currency === currency && before.allowance === allowance;
            if (!same) model.prices.push({ from, amount, currency, allowance });
          } else {
            const period = months[step.month]!;
            if (Date.parse(`${period}-01T00:00:00.000Z`) > now) continue;
            const made = createInvoice(tenant, { period, currency: step.currency }, new Date(now));
            const end = Date.UTC(2026, step.month + 1);
            if (!model.prices.some((price) => price.currency === step.currency && price.from < end)) {
              await expect(made).rejects.toMatchObject({ code: "price-missing" });
              continue;
            }
            const invoice = await made;
            const { total, issued, shares, counts } = model.invoice(period, step.currency, now);
            expect(said(invoice)).toEqual({ total, issued, shares, counts });
            const known = invoices.get(invoice.id);
            if (known?.status === "issued") expect(invoice).toEqual(known);
            invoices.set(invoice.id, invoice);
            const byLine = await eventsByLine(tenant);
            for (const line of invoice.lines) expect(byLine.get(line.id)).toBe(line.count);
          }
        }
        await expectExactHours(tenant);
        const used = model.events.reduce((sum, { quantity }) => sum + quantity, 0);
        const { total, lines } = await usageSummary(tenant, { from: new Date(start), to: new Date(now + 1) });
        expect(total).toBe(used);
        expect(lines.reduce((sum, line) => sum + line.own, 0)).toBe(
          model.events.reduce((sum, { quantity, own }) => sum + (own ? quantity : 0), 0),
        );
        // Any span, cutting hours.
        const [a, b] = [start + Math.round((now - start) * 0.37), start + Math.round((now - start) * 0.81) + 1];
        const part = await usageSummary(tenant, { from: new Date(a), to: new Date(b) });
        expect(part.total).toBe(
          model.events.reduce((sum, { at, quantity }) => sum + (at >= a && at < b ? quantity : 0), 0),
        );
      }),
      { numRuns: Number(process.env.LEPTA_TEST_RUNS ?? 15), examples: [[emptied]] },
    );
  }, 120_000);
});
