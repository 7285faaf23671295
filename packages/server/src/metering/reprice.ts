// A new price's usage: what was counted already at the price before it, though used after the new one took effect.
import { sql } from "drizzle-orm";
import type { Sql } from "../db/connection.ts";
import { newId } from "../db/id.ts";

interface Repriced {
  organisationId: string;
  product: string;
  priceId: string;
  /** When the price takes effect, inclusive. */
  from: Date;
  /** When the product's next price does, exclusive; null: none. */
  to: Date | null;
}

/**
 * Whole hours change their price; of an hour in which the price begins or ends, the events go to a row of their own.
 * Usage on issued invoices stays as it was billed. The caller holds the lock of prices.
 */
export async function reprice(tx: Sql, { organisationId, product, priceId, from, to }: Repriced): Promise<void> {
  const [start, end] = [from.toISOString(), to?.toISOString() ?? "infinity"];
  const open = sql`
    h.product = ${product} and h.hour > ${start}::timestamptz - interval '1 hour' and h.hour < ${end}::timestamptz
    and not exists (
      select 1 from lepta.invoice_lines l join lepta.invoices i on i.organisation_id = l.organisation_id and i.id = l.invoice_id
      where l.organisation_id = h.organisation_id and l.id = h.invoice_line_id and i.status = 'issued')`;
  await tx.execute(sql`
    update lepta.usage_hours h set price_id = ${priceId}
    where ${open} and h.hour >= ${start}::timestamptz and h.hour + interval '1 hour' <= ${end}::timestamptz`);
  const { rows } = await tx.execute<{ id: string }>(sql`
    select h.id from lepta.usage_hours h
    where ${open} and (h.hour < ${start}::timestamptz or h.hour + interval '1 hour' > ${end}::timestamptz)
    order by h.product, h.version_id, h.own, h.hour, h.price_id for update of h`);
  for (const { id } of rows) {
    const own = newId();
    const events = sql`
      from lepta.usage_events e where e.hour_id = ${id} and e.at >= ${start}::timestamptz and e.at < ${end}::timestamptz`;
    await tx.execute(sql`
      insert into lepta.usage_hours (organisation_id, id, product, version_id, own, predicted, hour, price_id, count, sealed, invoice_line_id)
      select ${organisationId}, ${own}, h.product, h.version_id, h.own, h.predicted, h.hour, ${priceId}, moved.count, h.sealed, h.invoice_line_id
      from lepta.usage_hours h, (select sum(e.quantity) as count ${events}) as moved
      where h.id = ${id} and moved.count > 0`);
    await tx.execute(sql`
      update lepta.usage_events e set hour_id = ${own}
      where e.hour_id = ${id} and e.at >= ${start}::timestamptz and e.at < ${end}::timestamptz`);
    await tx.execute(sql`
      update lepta.usage_hours h set count = h.count - moved.count
      from lepta.usage_hours moved where h.id = ${id} and moved.id = ${own}`);
  }
}
