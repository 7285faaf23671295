// Intervals of means of losses and errors, which are skewed: large ones are rare, and few rows may hold none.
import { assumed, assumedClustering } from "./effective-count.ts";
import type { Bounds } from "./interval.ts";
import { studentQuantile } from "./quantiles.ts";
import type { Spread } from "./spread.ts";

/**
 * Factors of a mean above 0 (or a ratio of such): Student's t of its logarithm, with as many degrees of freedom as units
 * carry its variance. `relative` is the spread of the influences over the value.
 */
export function factorInterval(relative: Spread, level: number): Bounds | string {
  const freedom = Math.max(1, Math.min(relative.units - 1, relative.participants));
  const half = studentQuantile(freedom, level) * Math.sqrt(relative.variance);
  // Ends a thousandfold apart say nothing, and with one row that carries the variance they lie anywhere.
  if (half > Math.log(1000) / 2) return "very few rows carry nearly all of it: too few to say";
  return { low: Math.exp(-half), high: Math.exp(half) };
}

/** So many rows of another class may have been missed, where few units carry the variance. */
const missed = 1;

/**
 * The spread of a mean of losses with what classes that did not occur would have added: a model that was right in all
 * of few rows has small losses that hardly vary, and one wrong row would change that. `swings` are, for each row, how far
 * its loss would move had it had another class. It fades as more units carry the variance.
 */
export function withMissed(spread: Spread, swings: Float64Array): Spread {
  const { units, participants, variance } = spread;
  let square = 0;
  for (const swing of swings) square += swing * swing;
  const share = ((missed / units) * assumed) / (participants + assumed);
  return { ...spread, variance: variance + (share * assumedClustering(spread) * (square / swings.length)) / units };
}
