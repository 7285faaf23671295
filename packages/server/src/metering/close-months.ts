// The nightly job that issues the invoices of months that are over, for every organisation.
import { sql } from "drizzle-orm";
import { listOrganisations } from "../accounts/organisations.ts";
import type { Store } from "../db/store.ts";
import type { Tenant } from "../db/tenant.ts";
import type { JobDefinition } from "../job-definition.ts";
import { createInvoice } from "./invoices.ts";
import { monthOf } from "./periods.ts";
import { periodOf } from "./taken-hours.ts";

/**
 * @returns how many invoices were issued. Doing it again issues none.
 * @throws AggregateError of what failed, an error an organisation, once all others are done.
 */
export async function closeMonths(store: Store, now: Date = new Date()): Promise<number> {
  let count = 0;
  const failures: unknown[] = [];
  for (const { id } of await listOrganisations(store)) {
    try {
      count += await closeMonthsOf(store.tenant(id), now);
    } catch (cause) {
      failures.push(new Error(`organisation ${id}: ${cause instanceof Error ? cause.message : cause}`, { cause }));
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} organisations have months left open`);
  return count;
}

async function closeMonthsOf(tenant: Tenant, now: Date): Promise<number> {
  const start = monthOf(now).from;
  const newest = monthOf(new Date(start.getTime() - 1)).period;
  // What came late for an issued month goes on the newest month that is over: that one may have no usage of its own.
  const open = await tenant.transaction((tx) =>
    tx.execute<{ period: string; currency: string }>(sql`
      with unbilled as (
        select distinct ${periodOf} as period, p.currency
        from lepta.usage_hours h join lepta.prices p on p.organisation_id = h.organisation_id and p.id = h.price_id
        where h.invoice_line_id is null and h.price_id is not null and h.hour < ${start.toISOString()}::timestamptz
      ), issued as (
        select period, currency from lepta.invoices where status = 'issued'
      )
      select case when (period, currency) in (select * from issued) then ${newest} else period end as period, currency
      from unbilled
      union select period, currency from lepta.invoices where status = 'draft' and period <= ${newest}
      except select * from issued
      order by 1, 2`),
  );
  let count = 0;
  for (const month of open.rows) {
    const invoice = await createInvoice(tenant, month, now);
    if (invoice.status === "issued") count++;
  }
  return count;
}

export const closeMonthsJob: JobDefinition = {
  name: "close-months",
  // Some minutes after midnight: events of the last second have arrived. Later ones go on the next invoice.
  cron: "10 0 * * *",
  atStart: true,
  run: async (store) => {
    await closeMonths(store);
  },
};
