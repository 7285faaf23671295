// Usage by day, ready to be drawn: every day of the span, and the products stacked on each other.
import type { UsageSummary } from "@lepta/api";

export interface UsageDays {
  /** YYYY-MM-DD, every day from the first to the last, UTC. */
  readonly days: readonly string[];
  readonly products: readonly string[];
  /** [product][day] */
  readonly counts: readonly (readonly number[])[];
  /** [product][day], each with the products before it added. */
  readonly stacked: readonly (readonly number[])[];
}

const dayMs = 86_400_000;

export function usageDays(usage: Pick<UsageSummary, "from" | "to" | "days">): UsageDays {
  const first = Math.floor(Date.parse(usage.from) / dayMs);
  const last = Math.max(first, Math.floor((Date.parse(usage.to) - 1) / dayMs));
  const days = Array.from({ length: last - first + 1 }, (_, i) =>
    new Date((first + i) * dayMs).toISOString().slice(0, 10),
  );
  const place = new Map(days.map((day, i) => [day, i]));
  const products = [...new Set(usage.days.map(({ product }) => product))].sort();
  const counts = products.map((product) => {
    const row = new Array<number>(days.length).fill(0);
    for (const entry of usage.days) {
      const at = place.get(entry.day);
      if (entry.product === product && at !== undefined) row[at] = (row[at] as number) + entry.count;
    }
    return row;
  });
  const sums = new Array<number>(days.length).fill(0);
  const stacked = counts.map((row) =>
    row.map((count, i) => {
      sums[i] = (sums[i] as number) + count;
      return sums[i] as number;
    }),
  );
  return { days, products, counts, stacked };
}

/** On how many days something was used. */
export function usedDays({ days }: Pick<UsageSummary, "days">): number {
  return new Set(days.filter(({ count }) => count > 0).map(({ day }) => day)).size;
}

/** The instants that a month (YYYY-MM, UTC) begins and ends at. */
export function monthSpan(month: string): { from: string; to: string } {
  const [year = 0, index = 1] = month.split("-").map(Number);
  return {
    from: new Date(Date.UTC(year, index - 1, 1)).toISOString(),
    to: new Date(Date.UTC(year, index, 1)).toISOString(),
  };
}

/** This month and those before it, newest first. @param now milliseconds */
export function recentMonths(count: number, now: number): string[] {
  const date = new Date(now);
  return Array.from({ length: count }, (_, i) =>
    new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - i, 1)).toISOString().slice(0, 7),
  );
}
