// Rows picked from row-major numbers.

/** [rows, width] of `values` [N, width]. */
export function float64Rows(values: ArrayLike<number>, rows: ArrayLike<number>, width = 1): Float64Array {
  return Float64Array.from(
    { length: rows.length * width },
    (_, i) => values[rows[Math.floor(i / width)]! * width + (i % width)]!,
  );
}
