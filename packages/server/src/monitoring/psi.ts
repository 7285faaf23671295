// The population stability index: how far a distribution has moved from a reference.

/** Shares of zero would make the index infinite; this is the customary floor. */
const floor = 1e-4;

/**
 * Σ (observed − expected) · ln(observed / expected) over the bins; 0 for equal shares, never negative.
 * Below 0.1 is taken as stable, above 0.2 as drifted (Siddiqi, Credit Risk Scorecards, 2006).
 * @param expected shares of the reference, in bins. @param counts what was observed, in the same bins.
 */
export function populationStability(expected: readonly number[], counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return 0;
  return expected.reduce((sum, share, i) => {
    const e = Math.max(share, floor);
    const o = Math.max((counts[i] ?? 0) / total, floor);
    return sum + (o - e) * Math.log(o / e);
  }, 0);
}
