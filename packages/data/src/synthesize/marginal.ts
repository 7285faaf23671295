// One column's distribution: normal scores of its values, and the value at a quantile.
import { normalQuantile, quantileOf, sortedPresent } from "../statistics.ts";
import { type Column, isNumeric } from "../table.ts";

export interface Marginal {
  /** One a row: Φ⁻¹ at the middle of the value's step in the distribution. */
  readonly scores: Float64Array;
  /** Correlation of the score with the normal variable behind it: below 1 where values repeat. */
  readonly fidelity: number;
  /** The value at a quantile in (0, 1); missing values take the lowest quantiles. */
  value(quantile: number): number | string;
}

export function fitMarginal(column: Column): Marginal {
  if (isNumeric(column) && column.type !== "boolean") return numberMarginal(column.data);
  return stepMarginal(column.data);
}

/** Missing first, then the numbers, between which it interpolates; whole where all are. */
function numberMarginal(data: Float64Array): Marginal {
  const sorted = sortedPresent(data);
  const missing = (data.length - sorted.length) / data.length;
  const whole = sorted.every((value) => Number.isInteger(value));
  return {
    ...middleScores(data, (a, b) => a - b),
    value(quantile) {
      if (quantile < missing) return Number.NaN;
      const at = missing === 1 ? 0 : (quantile - missing) / (1 - missing);
      if (!whole) return quantileOf(sorted, at);
      return sorted[Math.min(sorted.length - 1, Math.floor(at * sorted.length))]!;
    },
  };
}

/** Each different value has an interval as long as its share. */
function stepMarginal(data: Float64Array | readonly string[]): Marginal {
  const values: (number | string)[] = [...data];
  const compare = (a: number | string, b: number | string): number => (a < b ? -1 : a > b ? 1 : 0);
  const present = values.filter((value) => value !== "" && !Number.isNaN(value)).sort(compare);
  const absent: number | string = data instanceof Float64Array ? Number.NaN : "";
  const missing = values.length - present.length;
  return {
    ...middleScores(values, compare),
    value(quantile) {
      const at = Math.floor(quantile * values.length);
      return at < missing ? absent : present[Math.min(present.length - 1, at - missing)]!;
    },
  };
}

function middleScores<T extends number | string>(
  data: ArrayLike<T>,
  compare: (a: T, b: T) => number,
): Pick<Marginal, "scores" | "fidelity"> {
  const n = data.length;
  const isMissing = (value: T): boolean => value === "" || Number.isNaN(value);
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => {
    const a = data[i]!;
    const b = data[j]!;
    if (isMissing(a) || isMissing(b)) return Number(isMissing(b)) - Number(isMissing(a));
    return compare(a, b);
  });
  const same = (a: T, b: T): boolean => a === b || (isMissing(a) && isMissing(b));
  const scores = new Float64Array(n);
  let shared = 0;
  let squares = 0;
  let mean = 0;
  for (let start = 0; start < n; ) {
    let end = start + 1;
    while (end < n && same(data[order[end]!]!, data[order[start]!]!)) end++;
    const score = normalQuantile((start + end) / (2 * n));
    for (let k = start; k < end; k++) scores[order[k]!] = score;
    // E[score · Z] over the step, Z standard normal: score · (φ(lower bound) − φ(upper bound)).
    shared += score * (density(start / n) - density(end / n));
    squares += (score * score * (end - start)) / n;
    mean += (score * (end - start)) / n;
    start = end;
  }
  const variance = squares - mean * mean;
  return { scores, fidelity: variance > 0 ? Math.min(1, shared / Math.sqrt(variance)) : 1 };
}

/** φ at a quantile. */
function density(quantile: number): number {
  if (quantile <= 0 || quantile >= 1) return 0;
  const z = normalQuantile(quantile);
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}
