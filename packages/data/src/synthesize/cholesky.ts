// The Cholesky factor of a correlation matrix, made positive definite first where it is not.

/** Lower triangle L with L·Lᵀ = R; R is drawn towards the identity by as little as makes it positive definite. */
export function cholesky(correlations: readonly Float64Array[]): Float64Array[] {
  for (let shrink = 1e-9; ; shrink = Math.min(1, shrink * 10)) {
    const factor = attempt(correlations, shrink);
    if (factor !== undefined) return factor;
  }
}

function attempt(correlations: readonly Float64Array[], shrink: number): Float64Array[] | undefined {
  const n = correlations.length;
  const factor = correlations.map(() => new Float64Array(n));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? 1 : correlations[i]![j]! * (1 - shrink);
      for (let k = 0; k < j; k++) sum -= factor[i]![k]! * factor[j]![k]!;
      if (i !== j) factor[i]![j] = sum / factor[j]![j]!;
      else if (sum <= 1e-12) return undefined;
      else factor[i]![i] = Math.sqrt(sum);
    }
  }
  return factor;
}
