// Mean and spread of numbers of any size: nanometres, milliseconds since 1970, identifiers near 10^15.

export interface Moments {
  readonly mean: number;
  /** Standard deviation, with n in the denominator; exactly 0 where all values are equal. */
  readonly scale: number;
  readonly skewness: number;
}

/**
 * Two passes over u = (x − middle) / reach, which lies in [−1, 1]: a sum of large values would round away what sets them
 * apart, and squares of very large or very small ones would overflow or vanish. No values: all zeros.
 */
export function momentsOf(values: Float64Array): Moments {
  const n = values.length;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < n; i++) {
    if (values[i]! < low) low = values[i]!;
    if (values[i]! > high) high = values[i]!;
  }
  if (!(high > low)) return { mean: n === 0 ? 0 : low, scale: 0, skewness: 0 };
  const middle = low + (high / 2 - low / 2);
  const reach = high / 2 - low / 2;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += (values[i]! - middle) / reach;
  const mean = sum / n;
  let second = 0;
  let third = 0;
  for (let i = 0; i < n; i++) {
    const u = (values[i]! - middle) / reach - mean;
    second += u * u;
    third += u * u * u;
  }
  const deviation = Math.sqrt(second / n);
  return { mean: middle + reach * mean, scale: reach * deviation, skewness: third / n / deviation ** 3 };
}
