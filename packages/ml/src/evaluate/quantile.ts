// Quantiles of a sorted array.

/** The quantile at `p` in [0, 1] of ascending `sorted`, linear between order statistics (numpy's default). */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  const position = (sorted.length - 1) * p;
  const lower = Math.floor(position);
  const low = sorted[lower]!;
  const high = sorted[Math.min(lower + 1, sorted.length - 1)]!;
  return low + (high - low) * (position - lower);
}
