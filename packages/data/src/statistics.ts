// Plain statistics of a column: quantiles, ranks, the normal distribution.

/** The values that are not NaN, ascending. */
export function sortedPresent(data: Float64Array): Float64Array {
  return data.filter((value) => !Number.isNaN(value)).sort();
}

/** Quantile by linear interpolation between order statistics (Hyndman and Fan 1996, type 7); NaN for no value. */
export function quantileOf(sorted: ArrayLike<number>, p: number): number {
  const at = p * (sorted.length - 1);
  const low = Math.floor(at);
  const a = sorted[low];
  if (a === undefined) return Number.NaN;
  return a + (at - low) * ((sorted[low + 1] ?? a) - a);
}

/** Ranks from 1, ties share their mean; NaN ranks below every number. `sorted` are the values that are not NaN, ascending. */
export function ranksOf(data: Float64Array, sorted: Float64Array = sortedPresent(data)): Float64Array {
  const missing = data.length - sorted.length;
  // Each different value once, with its rank.
  const values = new Float64Array(sorted.length);
  const ranks = new Float64Array(sorted.length);
  let different = 0;
  for (let start = 0; start < sorted.length; ) {
    const end = runEnd(sorted, start);
    values[different] = sorted[start]!;
    ranks[different++] = missing + (start + 1 + end) / 2;
    start = end;
  }
  return data.map((value) => {
    if (Number.isNaN(value)) return (1 + missing) / 2;
    let low = 0;
    let high = different - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (values[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return ranks[low]!;
  });
}

/** The sum of the ranks of some of the values, as `ranksOf` has them. Both are ascending; `missing` are NaN, of which some. */
export function rankSum(
  some: Float64Array,
  sorted: Float64Array,
  missing: { readonly some: number; readonly all: number },
): number {
  let sum = (missing.some * (1 + missing.all)) / 2;
  for (let at = 0, start = 0; at < some.length; ) {
    while (sorted[start]! < some[at]!) start++;
    const end = runEnd(sorted, start);
    const first = at;
    while (at < some.length && some[at] === sorted[start]) at++;
    sum += (at - first) * (missing.all + (start + 1 + end) / 2);
    start = end;
  }
  return sum;
}

/** Behind the last of the values that are equal to the one at `start`. */
export function runEnd(sorted: Float64Array, start: number): number {
  let end = start + 1;
  while (end < sorted.length && sorted[end] === sorted[start]) end++;
  return end;
}

/** Pearson's correlation; 0 where a side is constant. */
export function correlation(a: Float64Array, b: Float64Array): number {
  const n = a.length;
  let meanA = 0;
  let meanB = 0;
  for (let i = 0; i < n; i++) {
    meanA += a[i]! / n;
    meanB += b[i]! / n;
  }
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < n; i++) {
    const x = a[i]! - meanA;
    const y = b[i]! - meanB;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}

/** Φ, to 1.2e-7 (erfc by Numerical Recipes' Chebyshev fit). */
export function normalCdf(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.5 * z);
  const tail =
    t *
    Math.exp(
      -z * z -
        1.26551223 +
        t *
          (1.00002368 +
            t *
              (0.37409196 +
                t *
                  (0.09678418 +
                    t *
                      (-0.18628806 +
                        t *
                          (0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277)))))))),
    );
  return x >= 0 ? 1 - tail / 2 : tail / 2;
}

/** Φ⁻¹ for p in (0, 1), to 1.2e-9 relative (Peter Acklam's rational fit). */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return (
      (((((-7.784894002430293e-3 * q - 3.223964580411365e-1) * q - 2.400758277161838) * q - 2.549732539343734) * q +
        4.374664141464968) *
        q +
        2.938163982698783) /
      ((((7.784695709041462e-3 * q + 3.224671290700398e-1) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1)
    );
  }
  const q = p - 0.5;
  const r = q * q;
  return (
    ((((((-3.969683028665376e1 * r + 2.209460984245205e2) * r - 2.759285104469687e2) * r + 1.38357751867269e2) * r -
      3.066479806614716e1) *
      r +
      2.506628277459239) *
      q) /
    (((((-5.447609879822406e1 * r + 1.615858368580409e2) * r - 1.556989798598866e2) * r + 6.680131188771972e1) * r -
      1.328068155288572e1) *
      r +
      1)
  );
}
