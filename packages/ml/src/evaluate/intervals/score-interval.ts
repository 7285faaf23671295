// Intervals of scores between 0 and 1, and of unweighted means of several: Wilson's, on effective counts.
import { assumed, effectiveCount } from "./effective-count.ts";
import { type Bounds, type Interval, intervalOf, level, type Sample, tooFew } from "./interval.ts";
import { normalQuantile, studentQuantile } from "./quantiles.ts";
import { wilsonInterval } from "./share-interval.ts";
import { type Estimate, type Spread, spreadOf } from "./spread.ts";

/** An estimate between 0 and 1. */
export interface ScoreEstimate extends Estimate {
  /** As many trials of a coin have its variance where the rows do not tell it: all right, say. */
  readonly expected: number;
  /** How much too large it is on few rows. Default 0. */
  readonly bias?: number;
}

/** Has width at 0 and at 1. Groups are few where rows are many: their quantile is Student's. */
export function scoreInterval(estimate: ScoreEstimate, sample: Sample): Interval {
  const spread = spreadOf(estimate.influence, sample.groups);
  if (sample.groups !== undefined && spread.units < 2) return intervalOf(estimate.value, tooFew(sample));
  return intervalOf(estimate.value, boundsOf(estimate, spread, sample));
}

function boundsOf({ value, expected, bias = 0 }: ScoreEstimate, spread: Spread, { groups }: Sample): Bounds {
  // Two classes or more share the groups: a degree of freedom less, and no more of them than groups that tell something.
  const freedom = Math.max(1, Math.min(spread.units - 2, spread.participants));
  const quantile = groups === undefined ? normalQuantile(level) : studentQuantile(freedom, level);
  return wilsonInterval(Math.max(0, value - bias), effectiveCount(value, spread, expected), quantile);
}

/**
 * The interval of the mean of several scores: the distances of each to its own ends, put together as their squares are
 * (Zou and Donner 2008, "Construction of confidence limits about effect measures"), times how much more, or less, the
 * scores vary together than apart. undefined without a score.
 */
export function meanScoreInterval(parts: readonly ScoreEstimate[], sample: Sample): Interval | undefined {
  const [first] = parts;
  if (first === undefined) return undefined;
  if (parts.length === 1) return scoreInterval(first, sample);
  const value = parts.reduce((sum, part) => sum + part.value, 0) / parts.length;
  const influence = new Float64Array(first.influence.length);
  let apart = 0;
  let below = 0;
  let above = 0;
  for (const part of parts) {
    const spread = spreadOf(part.influence, sample.groups);
    if (sample.groups !== undefined && spread.units < 2) return intervalOf(value, tooFew(sample));
    const { low, high } = boundsOf(part, spread, sample);
    apart += spread.variance;
    below += Math.max(0, part.value - low) ** 2;
    above += Math.max(0, high - part.value) ** 2;
    for (let row = 0; row < influence.length; row++) influence[row]! += part.influence[row]!;
  }
  // Where few units tell how the scores vary together, they are taken to rise and fall as one: variance times parts.
  const { variance, participants } = spreadOf(influence, sample.groups);
  const told = apart > 0 ? variance / apart : 0;
  const factor = (participants * told + assumed * parts.length) / (participants + assumed);
  const reach = (squares: number): number => Math.sqrt(factor * squares) / parts.length;
  return intervalOf(value, { low: Math.max(0, value - reach(below)), high: Math.min(1, value + reach(above)) });
}
