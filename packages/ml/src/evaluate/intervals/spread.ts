// How far chance moves an estimate, from the influence of each row on it, rows of one group taken together.

/** An estimate and what each row does to it. */
export interface Estimate {
  readonly value: number;
  /**
   * Empirical influence of each row (Hampel 1974): with row weights w the estimate is about
   * value + Σ wᵢ·influenceᵢ / Σ wᵢ. Its mean is 0.
   */
  readonly influence: Float64Array;
}

export interface Spread {
  /** Squared standard error. */
  readonly variance: number;
  /** Independent units: groups, or rows. */
  readonly units: number;
  /** (Σψ²)² / Σψ⁴ of the units: how many of them carry the variance. */
  readonly participants: number;
  /** What a row of groups weighs beside a row by itself: Σ sizes² / Σ sizes (Kish 1965), 1 without groups. */
  readonly clustering: number;
}

/** Variance by the infinitesimal jackknife (Efron 1982), times units / (units − 1). */
export function spreadOf(influence: Float64Array, groups: Int32Array | undefined): Spread {
  const rows = influence.length;
  const { sums, clustering } = groups === undefined ? { sums: influence, clustering: 1 } : groupSums(influence, groups);
  const units = sums.length;
  let square = 0;
  let fourth = 0;
  for (const sum of sums) {
    square += sum * sum;
    fourth += sum * sum * sum * sum;
  }
  const variance = (units / Math.max(1, units - 1)) * (square / rows / rows);
  const participants = fourth > 0 ? (square * square) / fourth : 0;
  return { variance, units, participants, clustering };
}

function groupSums(influence: Float64Array, groups: Int32Array): { sums: Float64Array; clustering: number } {
  let count = 0;
  for (const group of groups) count = Math.max(count, group + 1);
  const sums = new Float64Array(count);
  const sizes = new Float64Array(count);
  for (let row = 0; row < groups.length; row++) {
    sums[groups[row]!]! += influence[row]!;
    sizes[groups[row]!]! += 1;
  }
  return { sums: sums.filter((_, group) => sizes[group]! > 0), clustering: clusteringOf(groups) };
}

/** Σ sizes² / Σ sizes of the groups (Kish 1965): how many rows one drawn at random brings with it, itself among them. */
export function clusteringOf(groups: Int32Array): number {
  const sizes = new Map<number, number>();
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  let squares = 0;
  for (const size of sizes.values()) squares += size * size;
  return groups.length === 0 ? 1 : squares / groups.length;
}

/** The mean of numbers that each row has by itself. */
export function meanEstimate(values: Float64Array): Estimate {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  return { value: mean, influence: values.map((value) => value - mean) };
}
