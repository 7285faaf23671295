// The population stability index: how far a distribution has moved from a reference, and how far chance alone moves it.
import jstat from "jstat";

export interface Stability {
  /**
   * Σ (observed − expected) · ln(observed / expected) over the bins. Below 0.1 is taken as stable, above 0.2 as drifted
   * (Siddiqi, Credit Risk Scorecards, 2006), where rows are many.
   */
  readonly psi: number;
  /** The index that is to be expected without drift, of as many rows on both sides. */
  readonly noise: number;
  /** That the rows come from the reference's distribution. */
  readonly pValue: number;
}

/** Shares of zero would make the index infinite; this is the customary floor, where half a row is not more. */
const floor = 1e-4;

/** Rows that a bin must expect on the smaller side for the chi-square approximation (Cochran 1954). */
const leastExpected = 5;

/**
 * Compares counts with a reference that is a sample itself, in the same bins. Without drift the index is about
 * (bins − 1) (1/rows + 1/reference rows) (Yurdakul 2018), which is more than any threshold on few rows; the p-value is
 * Pearson's chi-square of homogeneity over bins put together with their neighbours until each expects five rows.
 * An empty share counts as half a row.
 * @param expected shares of the reference. @param counts what was observed
 * @param reference rows behind the expected shares; infinite: the shares are the truth
 */
export function populationStability(
  expected: readonly number[],
  counts: readonly number[],
  reference: number,
): Stability {
  const rows = counts.reduce((sum, count) => sum + count, 0);
  if (rows === 0 || reference <= 0) return { psi: 0, noise: 0, pValue: 1 };
  let psi = 0;
  let bins = 0;
  for (const [i, share] of expected.entries()) {
    const count = counts[i] ?? 0;
    if (share === 0 && count === 0) continue;
    bins++;
    const e = Math.max(share, floor, 0.5 / reference);
    const o = Math.max(count / rows, floor, 0.5 / rows);
    psi += (o - e) * Math.log(o / e);
  }
  const noise = Math.max(0, bins - 1) * (1 / rows + 1 / reference);
  return { psi, noise, pValue: homogeneity(expected, counts, rows, reference) };
}

/** Pearson's chi-square test that both samples have one distribution. */
function homogeneity(expected: readonly number[], counts: readonly number[], rows: number, reference: number): number {
  const smaller = Math.min(rows, reference);
  // Of both samples together; of an infinite reference its own shares.
  const pooled = expected.map((share, i) =>
    Number.isFinite(reference) ? (share * reference + (counts[i] ?? 0)) / (reference + rows) : share,
  );
  const bins: { pooled: number; expected: number; count: number }[] = [];
  let open = { pooled: 0, expected: 0, count: 0 };
  for (const [i, share] of expected.entries()) {
    open = { pooled: open.pooled + pooled[i]!, expected: open.expected + share, count: open.count + (counts[i] ?? 0) };
    if (open.pooled * smaller < leastExpected) continue;
    bins.push(open);
    open = { pooled: 0, expected: 0, count: 0 };
  }
  const last = bins.pop();
  if (last === undefined) return 1;
  bins.push({
    pooled: last.pooled + open.pooled,
    expected: last.expected + open.expected,
    count: last.count + open.count,
  });
  if (bins.length < 2) return 1;
  let statistic = 0;
  for (const bin of bins) {
    statistic += (rows * (bin.count / rows - bin.pooled) ** 2) / bin.pooled;
    if (Number.isFinite(reference)) statistic += (reference * (bin.expected - bin.pooled) ** 2) / bin.pooled;
  }
  return 1 - jstat.chisquare.cdf(statistic, bins.length - 1);
}

/**
 * Which of several p-values are small, so that one is called by chance in one report of `1 / level` at the most
 * (Holm 1979).
 */
export function smallTogether(pValues: readonly number[], level: number): boolean[] {
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a]! - pValues[b]!);
  const small = pValues.map(() => false);
  for (const [rank, i] of order.entries()) {
    if (pValues[i]! > level / (pValues.length - rank)) break;
    small[i] = true;
  }
  return small;
}
