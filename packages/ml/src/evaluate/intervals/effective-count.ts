// On how many independent trials a score between 0 and 1 rests.
import type { Spread } from "./spread.ts";

/** What is assumed weighs as much as so many units that carry the variance. */
export const assumed = 4;

/** What a row of groups is taken to weigh: rows of a group all alike where nothing tells, the less so the more does. */
export function assumedClustering({ clustering, participants }: Spread): number {
  return 1 + (clustering - 1) * (assumed / (participants + assumed)) ** 1.5;
}

/**
 * The number of trials n with value·(1 − value) / n the estimate's variance. Where few units vary (nearly all right, or
 * nearly all alike) the variance found is itself chance: it is then mixed with that of `expected` trials, the more the
 * fewer units carry it (their participation ratio (Σψ²)² / Σψ⁴, 1 where one unit alone varies).
 */
export function effectiveCount(value: number, spread: Spread, expected: number): number {
  const product = value * (1 - value);
  const { participants } = spread;
  const apart = expected / assumedClustering(spread);
  if (!(product > 0) || !(spread.variance > 0)) return apart;
  return (participants + assumed) / ((participants * spread.variance) / product + assumed / apart);
}
