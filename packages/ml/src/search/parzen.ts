// A Parzen estimator on an interval: a mixture of truncated normals around observations, with a wide one as prior.

import type { Rng } from "@lepta/nn";
import jstat from "jstat";

export interface Parzen {
  sample(random: Rng): number;
  logDensity(x: number): number;
}

/**
 * Each observation's width is its distance to the farther neighbour (Bergstra et al. 2011, section 4), but at least
 * 1 / min(100, n + 1) of the interval; the prior sits in the middle and is as wide as the interval.
 */
export function parzen(observations: readonly number[], low: number, high: number): Parzen {
  const range = high - low;
  const prior = low + range / 2;
  const means = [...observations, prior].sort((a, b) => a - b);
  const priorAt = means.indexOf(prior);
  const least = range / Math.min(100, means.length + 1);
  const widths = means.map((mean, i) => {
    if (i === priorAt) return range;
    const farther = Math.max(mean - (means[i - 1] ?? low), (means[i + 1] ?? high) - mean);
    return Math.min(range, Math.max(least, farther));
  });
  // log of 1 / (n · width · √2π · mass inside the interval)
  const heights = means.map((mean, i) => {
    const inside = jstat.normal.cdf(high, mean, widths[i]!) - jstat.normal.cdf(low, mean, widths[i]!);
    return -Math.log(means.length * widths[i]! * Math.sqrt(2 * Math.PI) * inside);
  });
  return {
    sample(random) {
      const i = random.integer(means.length);
      // Means lie inside and widths are at most the interval, so at least a third of the draws land inside.
      for (;;) {
        const x = means[i]! + widths[i]! * random.normal();
        if (x >= low && x <= high) return x;
      }
    },
    logDensity(x) {
      const terms = means.map((mean, i) => heights[i]! - ((x - mean) / widths[i]!) ** 2 / 2);
      const most = Math.max(...terms);
      return most + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - most), 0));
    },
  };
}
