// Rows picked from a matrix and from a target.
import type { Matrix, Target } from "./model.ts";

export function rowsOf(x: Matrix, rows: Int32Array): Matrix {
  const data = new Float32Array(rows.length * x.columns);
  for (let i = 0; i < rows.length; i++)
    data.set(x.data.subarray(rows[i]! * x.columns, (rows[i]! + 1) * x.columns), i * x.columns);
  return { data, rows: rows.length, columns: x.columns };
}

export function targetOf({ objective, values }: Target, rows: Int32Array): Target {
  return {
    objective,
    values:
      values instanceof Int32Array ? rows.map((row) => values[row]!) : Float64Array.from(rows, (row) => values[row]!),
  };
}

/** The row numbers below `count` that are not among `rows`, ascending. */
export function rowsExcept(count: number, rows: Int32Array): Int32Array {
  const out = new Set(rows);
  return Int32Array.from({ length: count }, (_, row) => row).filter((row) => !out.has(row));
}
