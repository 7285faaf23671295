// Quantiles that intervals are made of.
import jstat from "jstat";

/** Two-sided quantile of the standard normal distribution: 1.96 at 0.95. */
export function normalQuantile(level: number): number {
  return jstat.normal.inv((1 + level) / 2, 0, 1);
}

/** Two-sided quantile of Student's t with `freedom` degrees. */
export function studentQuantile(freedom: number, level: number): number {
  return freedom > 1e6 ? normalQuantile(level) : jstat.studentt.inv((1 + level) / 2, freedom);
}
