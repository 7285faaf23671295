// The interval of the expected calibration error, which chance alone makes larger than it is.
import { rng } from "@lepta/nn";
import type { Bounds } from "./interval.ts";

const draws = 1000;

/**
 * `gaps` are the bins' signed gaps Σ(probability − outcome) / rows, `covariance` their covariances, row-major. With true
 * gaps s·gaps the observed sum Σ|gap| is Σ|s·gap + noise|, larger than s·Σ|gap| where noise is large; the interval holds
 * every s·Σ|gap| under which the observed sum is not among the outer shares of its distribution (an inverted test,
 * by simulation of the normal noise).
 */
export function eceInterval(
  gaps: Float64Array,
  covariance: Float64Array,
  { level, seed }: { readonly level: number; readonly seed: number },
): Bounds {
  const bins = gaps.length;
  const observed = gaps.reduce((sum, gap) => sum + Math.abs(gap), 0);
  const noise = noiseOf(covariance, bins, seed);
  const spread = Array.from({ length: bins }, (_, i) => Math.sqrt(covariance[i * bins + i]!));
  const direction = observed > 0 ? gaps : Float64Array.from(spread);
  const size = direction.reduce((sum, gap) => sum + Math.abs(gap), 0);
  /** Whether the observed sum lies below this quantile of the sums under true gaps of this scale. */
  const reaches = (scale: number, share: number): boolean => {
    let smaller = 0;
    for (let draw = 0; draw < draws; draw++) {
      let sum = 0;
      for (let i = 0; i < bins; i++) sum += Math.abs(scale * direction[i]! + noise[draw * bins + i]!);
      if (sum < observed) smaller++;
    }
    return smaller <= share * draws;
  };
  // The least such scale, to a ten-thousandth.
  const scaleWhere = (share: number): number => {
    let low = 0;
    if (reaches(low, share)) return 0;
    let high = 1;
    while (!reaches(high, share)) {
      low = high;
      high *= 2;
    }
    for (let step = 0; step < 14; step++) {
      const middle = (low + high) / 2;
      if (reaches(middle, share)) high = middle;
      else low = middle;
    }
    return high;
  };
  return { low: scaleWhere((1 + level) / 2) * size, high: Math.min(1, scaleWhere((1 - level) / 2) * size) };
}

/** `draws` vectors of normal noise with this covariance. */
function noiseOf(covariance: Float64Array, bins: number, seed: number): Float64Array {
  const factor = cholesky(covariance, bins);
  const random = rng(seed);
  const noise = new Float64Array(draws * bins);
  const independent = new Float64Array(bins);
  for (let draw = 0; draw < draws; draw++) {
    for (let i = 0; i < bins; i++) independent[i] = random.normal();
    for (let i = 0; i < bins; i++) {
      let sum = 0;
      for (let j = 0; j <= i; j++) sum += factor[i * bins + j]! * independent[j]!;
      noise[draw * bins + i] = sum;
    }
  }
  return noise;
}

/** The lower factor; a direction without variance stays 0. */
function cholesky(matrix: Float64Array, size: number): Float64Array {
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= factor[i * size + k]! * factor[j * size + k]!;
      if (i === j) factor[i * size + i] = Math.sqrt(Math.max(0, sum));
      else factor[i * size + j] = factor[j * size + j]! > 1e-12 ? sum / factor[j * size + j]! : 0;
    }
  return factor;
}
