// What invoices must say, worked out event by event from a list in memory: no hours, no sums, no database.

export interface ModelPrice {
  from: number;
  amount: number;
  currency: string;
  allowance: number;
}

interface ModelEvent {
  at: number;
  version: number;
  quantity: number;
  own: boolean;
  /** The invoice that it is on. */
  invoice?: ModelInvoice;
  /** As billed, once the invoice is issued. */
  billedAt?: ModelPrice;
}

interface ModelInvoice {
  period: string;
  currency: string;
  issued: boolean;
  total: bigint;
  /** `month unit-price` → free and billed. */
  shares: Record<string, { free: number; billed: number }>;
  /** `month version unit-price` → all and own. */
  counts: Record<string, { count: number; own: number }>;
  free: Map<string, number>;
}

/** The record's entry, made where it is missing. */
export function entry<T>(record: Record<string, T>, key: string, make: () => T): T {
  const made = record[key] ?? make();
  record[key] = made;
  return made;
}

const monthOf = (at: number) => new Date(at).toISOString().slice(0, 7);
const startOf = (period: string) => Date.parse(`${period}-01T00:00:00.000Z`);
function endOf(period: string): number {
  const start = new Date(startOf(period));
  return Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1);
}

/** One product's usage, prices and invoices. */
export class MoneyModel {
  readonly events: ModelEvent[] = [];
  readonly prices: ModelPrice[] = [];
  readonly invoices: ModelInvoice[] = [];

  priceAt(at: number): ModelPrice | undefined {
    let found: ModelPrice | undefined;
    for (const price of this.prices) if (price.from <= at && (!found || price.from > found.from)) found = price;
    return found;
  }

  /** Makes a month's invoice or brings it up to date. */
  invoice(period: string, currency: string, now: number): ModelInvoice {
    const known = this.invoices.find((one) => one.period === period && one.currency === currency);
    if (known?.issued) return known;
    const invoice: ModelInvoice = known ?? {
      period,
      currency,
      issued: false,
      total: 0n,
      shares: {},
      counts: {},
      free: new Map(),
    };
    if (!known) this.invoices.push(invoice);
    Object.assign(invoice, { total: 0n, shares: {}, counts: {}, free: new Map() });
    for (const event of this.events) if (event.invoice === invoice) delete event.invoice;
    const issuedMonths = new Set(
      this.invoices.filter((one) => one.issued && one.currency === currency).map((one) => one.period),
    );
    const taken = this.events
      .filter((event) => !event.invoice && this.priceAt(event.at)?.currency === currency)
      .filter(({ at }) => at < endOf(period) && (monthOf(at) === period || issuedMonths.has(monthOf(at))))
      .sort((a, b) => a.at - b.at);
    for (const event of taken) event.invoice = invoice;
    const left = new Map<string, number>();
    for (const event of taken) {
      const month = monthOf(event.at);
      const price = this.priceAt(event.at)!;
      if (!left.has(month)) left.set(month, this.left(month, invoice));
      const count = entry(invoice.counts, `${month} ${event.version} ${price.amount}`, () => ({ count: 0, own: 0 }));
      const share = entry(invoice.shares, `${month} ${price.amount}`, () => ({ free: 0, billed: 0 }));
      count.count += event.quantity;
      if (event.own) {
        count.own += event.quantity;
        continue;
      }
      for (let unit = 0; unit < event.quantity; unit++) {
        const free = left.get(month)! > 0;
        if (free) {
          left.set(month, left.get(month)! - 1);
          share.free += 1;
          invoice.free.set(month, (invoice.free.get(month) ?? 0) + 1);
        } else {
          share.billed += 1;
          invoice.total += BigInt(price.amount);
        }
      }
    }
    if (now >= endOf(period)) {
      invoice.issued = true;
      for (const event of taken) event.billedAt = this.priceAt(event.at)!;
    }
    return invoice;
  }

  /** What of a month's allowance is left for this invoice: the month is lived through, moment by moment. */
  private left(month: string, invoice: ModelInvoice): number {
    const { currency } = invoice;
    const known = this.events
      .filter((event) => !event.own && event.invoice?.currency === currency && monthOf(event.at) === month)
      .map((event) => ({ ...event, price: event.billedAt ?? this.priceAt(event.at)! }));
    const moments: { at: number; order: number; quantity: number; price: ModelPrice | undefined }[] = [
      { at: startOf(month), order: 0, quantity: 0, price: this.priceAt(startOf(month)) },
      ...this.prices
        .filter(({ from }) => from > startOf(month) && from < endOf(month))
        .map((price) => ({ at: price.from, order: 0, quantity: 0, price })),
      ...known.map(({ at, quantity, price }) => ({ at, order: 1, quantity, price })),
    ];
    // What was billed at a price that a later change took out of force is counted where that price stood.
    const place = (moment: (typeof moments)[number]) => moment.price?.from ?? 0;
    moments.sort((a, b) => place(a) - place(b) || a.at - b.at || a.order - b.order);
    let used = 0;
    let free = 0;
    for (const { quantity, price } of moments) {
      if (price?.currency !== currency) continue;
      for (let unit = 0; unit < Math.max(1, quantity); unit++) {
        if (quantity > 0) used += 1;
        free = Math.max(free, Math.min(used, price.allowance));
      }
    }
    const given = this.invoices
      .filter((one) => one !== invoice && one.currency === currency)
      .reduce((sum, one) => sum + (one.free.get(month) ?? 0), 0);
    return Math.max(0, free - given);
  }
}
