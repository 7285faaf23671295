// What rounds of clipped and noised sums cost in privacy: Rényi accounting of the Gaussian mechanism.
import { outOfRange } from "./private-update.ts";

export interface GaussianRounds {
  /** Noise's standard deviation / clipping norm. */
  readonly noiseMultiplier: number;
  /** Chance that a participant takes part in a round (Poisson sampling). Default 1: all, always. */
  readonly sampleRate?: number;
  readonly rounds: number;
  /** Chance of a larger loss; keep well below 1 / participants. */
  readonly delta: number;
}

/**
 * ε of (ε, δ)-differential privacy after `rounds`, adding or removing one participant (an upper bound).
 * Rényi divergence of the sampled Gaussian at integer orders (Mironov, Talwar, Zhang 2019, section 3.3), added over
 * rounds, turned into ε by Balle et al. 2020 (theorem 21), the best order taken. Holds for a server that sees only sums.
 */
export function gaussianEpsilon(options: GaussianRounds): number {
  const { noiseMultiplier, sampleRate = 1, rounds, delta } = options;
  const valid = noiseMultiplier > 0 && sampleRate > 0 && sampleRate <= 1 && delta > 0 && delta < 1;
  if (!valid || !Number.isInteger(rounds) || rounds < 0)
    throw outOfRange(
      `Noise multiplier ${noiseMultiplier}, sampling rate ${sampleRate}, delta ${delta}, ${rounds} rounds.`,
    );
  if (rounds === 0) return 0;
  let best = Number.POSITIVE_INFINITY;
  for (const order of sampleRate === 1 ? [...fractionalOrders, ...integerOrders] : integerOrders) {
    const divergence = rounds * renyiDivergence(order, sampleRate, noiseMultiplier);
    const epsilon = divergence + Math.log1p(-1 / order) - (Math.log(delta) + Math.log(order)) / (order - 1);
    best = Math.min(best, epsilon);
  }
  return Math.max(0, best);
}

/** The least noise multiplier (to 0.1 %) whose rounds stay within `epsilon`. */
export function noiseForEpsilon(options: Omit<GaussianRounds, "noiseMultiplier"> & { epsilon: number }): number {
  const { epsilon, ...rounds } = options;
  if (!(epsilon > 0)) throw outOfRange(`Epsilon is ${epsilon}.`);
  let low = 0;
  let high = 1;
  while (gaussianEpsilon({ ...rounds, noiseMultiplier: high }) > epsilon) {
    low = high;
    high *= 2;
    if (high > 2 ** 40) throw outOfRange(`No noise keeps epsilon within ${epsilon} at delta ${rounds.delta}.`);
  }
  while (high - low > 1e-3 * high) {
    const middle = (low + high) / 2;
    if (gaussianEpsilon({ ...rounds, noiseMultiplier: middle }) > epsilon) low = middle;
    else high = middle;
  }
  return high;
}

const integerOrders: readonly number[] = Array.from({ length: 255 }, (_, i) => i + 2);
const fractionalOrders: readonly number[] = Array.from({ length: 80 }, (_, i) => 1.05 + 0.05 * i);

/** Of order α: α / 2σ² without sampling, else ln Σₖ C(α, k) (1−q)^(α−k) q^k e^((k²−k)/2σ²) / (α−1). */
function renyiDivergence(order: number, rate: number, noise: number): number {
  if (rate === 1) return order / (2 * noise * noise);
  const terms: number[] = [];
  let logChoose = 0;
  for (let k = 0; k <= order; k++) {
    if (k > 0) logChoose += Math.log(order - k + 1) - Math.log(k);
    const chance = (order - k) * Math.log1p(-rate) + k * Math.log(rate);
    terms.push(logChoose + chance + (k * k - k) / (2 * noise * noise));
  }
  const most = Math.max(...terms);
  return (most + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - most), 0))) / (order - 1);
}
