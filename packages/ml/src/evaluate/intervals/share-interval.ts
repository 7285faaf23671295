// Intervals of shares and of scores between 0 and 1: Wilson's, on as many rows as the estimate's variance amounts to.
import type { Bounds } from "./interval.ts";

/**
 * Wilson's score interval (1927) of a share `value` on `count` independent trials, not only whole ones; `quantile` is
 * 1.96 for 95 %. It has width at 0 and at 1, and lies within [0, 1].
 */
export function wilsonInterval(value: number, count: number, quantile: number): Bounds {
  const square = quantile * quantile;
  const middle = (value + square / (2 * count)) / (1 + square / count);
  const half =
    (quantile / (1 + square / count)) * Math.sqrt((value * (1 - value)) / count + square / (4 * count * count));
  return { low: value <= 0 ? 0 : Math.max(0, middle - half), high: value >= 1 ? 1 : Math.min(1, middle + half) };
}
