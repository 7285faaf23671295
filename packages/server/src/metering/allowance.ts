// The free allowance: how many of a month's predictions are free, and which of an invoice's lines they are on.

/** What was used while one price of the product was in force. */
export interface PriceSpan {
  used: number;
  /** The price's allowance for the month. */
  allowance: number;
}

/**
 * How many of a month's predictions are free: the first so many, in the order of their use. At each moment those are
 * as many as the allowance then in force covers, and what was free once stays free: a lowered allowance takes nothing
 * back, a raised one holds for the whole month.
 * @param spans of the month in the order of time, those without usage too. @returns at most what was used
 */
export function freeInMonth(spans: readonly PriceSpan[]): number {
  let used = 0;
  let free = 0;
  for (const span of spans) {
    used += span.used;
    free = Math.max(free, Math.min(used, span.allowance));
  }
  return free;
}

export interface Shared {
  free: number;
  billed: number;
}

/** @param counts of the lines, in the order of use. @param free whole predictions, at least 0. */
export function shareAllowance(counts: readonly number[], free: number): Shared[] {
  let left = free;
  return counts.map((count) => {
    const taken = Math.min(count, left);
    left -= taken;
    return { free: taken, billed: count - taken };
  });
}
