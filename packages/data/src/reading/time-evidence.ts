// What a column's texts say about how its times are written.
import type { DateOrder } from "./column-reading.ts";
import { numericDate, textTime } from "./time-text.ts";

export interface TimeEvidence {
  /** Cells that are times, by order. */
  readonly counts: Readonly<Record<DateOrder, number>>;
  /** Whether there are dates of digits with the year last. */
  readonly yearLast: boolean;
  /** The mark between their digits. */
  readonly mark: string | undefined;
  readonly example: string | undefined;
  /** Texts that are a time in no order, and how many cells have them. */
  readonly odd: ReadonlyMap<string, number>;
}

const sampled = 1000;

/** Undefined where few cells are times. */
export function timeEvidence(present: ReadonlyMap<string, number>): TimeEvidence | undefined {
  const step = Math.max(1, Math.floor(present.size / sampled));
  let at = 0;
  let times = 0;
  let looked = 0;
  for (const text of present.keys()) {
    if (at++ % step !== 0) continue;
    looked++;
    if (textTime(text, "day-first") !== undefined || textTime(text, "month-first") !== undefined) times++;
  }
  if (times < 0.5 * looked || times === 0) return undefined;
  const counts = { "year-first": 0, "day-first": 0, "month-first": 0 };
  let mark: string | undefined;
  let example: string | undefined;
  const odd = new Map<string, number>();
  for (const [text, cells] of present) {
    const date = numericDate(text);
    if (date === undefined) {
      if (textTime(text, "year-first") === undefined) odd.set(text, cells);
      else for (const order of ["year-first", "day-first", "month-first"] as const) counts[order] += cells;
      continue;
    }
    const orders = (["day-first", "month-first"] as const).filter((order) => textTime(text, order) !== undefined);
    if (orders.length === 0) {
      odd.set(text, cells);
      continue;
    }
    mark ??= date.mark;
    example ??= text;
    for (const order of orders) counts[order] += cells;
  }
  return { counts, yearLast: mark !== undefined, mark, example, odd };
}

/** The order that the columns of a file agree on, where one of them tells. */
export function fileOrder(evidence: readonly (TimeEvidence | undefined)[]): DateOrder | undefined {
  const told = new Set(evidence.flatMap((one) => toldOrder(one) ?? []));
  return told.size === 1 ? [...told][0] : undefined;
}

/** The order in which more of a column's dates exist. */
export function toldOrder(evidence: TimeEvidence | undefined): DateOrder | undefined {
  if (evidence === undefined || !evidence.yearLast) return undefined;
  const { "day-first": days, "month-first": months } = evidence.counts;
  return days === months ? undefined : days > months ? "day-first" : "month-first";
}
