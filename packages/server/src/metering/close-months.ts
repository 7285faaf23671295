// The nightly job that issues the invoices of months that are over, for every organisation.
import { sql } from "drizzle-orm";
import { listOrganisations } from "../accounts/organisations.ts";
import type { Store } from "../db/store.ts";
import type { JobDefinition } from "../jobs/jobs.ts";
import { createInvoice } from "./invoices.ts";
import { monthOf } from "./periods.ts";

/** @returns how many invoices were issued. Doing it again issues none. */
export async function closeMonths(store: Store, now: Date = new Date()): Promise<number> {
  const start = monthOf(now).from.toISOString();
  let count = 0;
  for (const { id } of await listOrganisations(store)) {
    const tenant = store.tenant(id);
    const open = await tenant.transaction((tx) =>
      tx.execute<{ period: string; currency: string }>(sql`
        select to_char(e.at at time zone 'UTC', 'YYYY-MM') as period, p.currency
        from lepta.usage_events e
        cross join lateral (
          select currency from lepta.prices p
          where p.organisation_id = e.organisation_id and p.product = e.product and p.effective_from <= e.at
          order by p.effective_from desc limit 1
        ) p
        where e.at < ${start}::timestamptz and e.invoice_line_id is null
        union select period, currency from lepta.invoices where status = 'draft' and period < ${monthOf(now).period}
        except select period, currency from lepta.invoices where status = 'issued'
        order by 1, 2`),
    );
    for (const month of open.rows) {
      const invoice = await createInvoice(tenant, month, now);
      if (invoice.status === "issued") count++;
    }
  }
  return count;
}

export const closeMonthsJob: JobDefinition = {
  name: "close-months",
  // Some minutes after midnight: events of the last second have arrived. Later ones go on the next invoice.
  cron: "10 0 * * *",
  run: async (store) => {
    await closeMonths(store);
  },
};
