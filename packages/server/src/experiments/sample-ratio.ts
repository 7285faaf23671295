// Sample-ratio mismatch: whether the variants got the shares that their weights say.
import jstat from "jstat";

export interface SampleRatio {
  /** Of Pearson's chi-square test that the units follow the weights. */
  pValue: number;
  /** p below 0.001: something assigns, drops or repeats units by variant, and the comparison cannot be trusted. */
  mismatch: boolean;
}

/** Below this p a mismatch is called (Fabijan et al. 2019 use 0.0005 to 0.001: the check is looked at often). */
const alarm = 0.001;

/**
 * @param variants units assigned to each, and the weight that it had while they were.
 * @returns null with fewer than two variants of weight above 0, or no units.
 */
export function sampleRatio(variants: readonly { units: number; weight: number }[]): SampleRatio | null {
  const weighted = variants.filter((variant) => variant.weight > 0);
  const units = variants.reduce((sum, variant) => sum + variant.units, 0);
  if (weighted.length < 2 || units === 0) return null;
  // A unit on a variant of weight 0 cannot have come from these weights.
  if (variants.some((variant) => variant.weight <= 0 && variant.units > 0)) return { pValue: 0, mismatch: true };
  const weights = weighted.reduce((sum, variant) => sum + variant.weight, 0);
  let statistic = 0;
  for (const variant of weighted) {
    const expected = (units * variant.weight) / weights;
    statistic += (variant.units - expected) ** 2 / expected;
  }
  const pValue = 1 - jstat.chisquare.cdf(statistic, weighted.length - 1);
  return { pValue, mismatch: pValue < alarm };
}
