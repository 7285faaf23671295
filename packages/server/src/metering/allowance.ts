// The free allowance over an invoice's lines: the first lines take it first, so the same lines share it the same way.

export interface Shared {
  free: number;
  billed: number;
}

/** @param counts of the lines, in the invoice's order. @param free whole predictions, at least 0. */
export function shareAllowance(counts: readonly number[], free: number): Shared[] {
  let left = free;
  return counts.map((count) => {
    const taken = Math.min(count, left);
    left -= taken;
    return { free: taken, billed: count - taken };
  });
}
