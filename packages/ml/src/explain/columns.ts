// The rows to explain: named columns, one entry or one fixed-size block a row, as models take them.
import type { TensorData } from "@lepta/nn";
import { MlError } from "../errors.ts";

/** Model inputs by name; the first dimension of each is the rows. */
export type Columns = Readonly<Record<string, TensorData>>;

/** One number a row, for example the positive class's probability. */
export type Scores = (columns: Columns) => ArrayLike<number> | Promise<ArrayLike<number>>;

/** How many rows all columns have. Throws explain-input-invalid when they differ or there are none. */
export function rowCount(columns: Columns): number {
  const counts = Object.entries(columns).map(([name, { shape }]) => ({ name, rows: shape[0] ?? 0 }));
  const rows = counts[0]?.rows ?? 0;
  const other = counts.find((count) => count.rows !== rows);
  if (rows > 0 && other === undefined) return rows;
  throw new MlError(
    "explain-input-invalid",
    other === undefined
      ? "There are no rows to explain."
      : `Column "${other.name}" has ${other.rows} rows, "${counts[0]?.name}" has ${rows}.`,
    "Pass every column that the model reads, all with the same number of rows.",
  );
}

/** The column at the listed rows, in that order; a row may be listed often. */
export function takeColumn(column: TensorData, rows: ArrayLike<number>): TensorData {
  const { data, shape } = column;
  const width = shape.slice(1).reduce((product, size) => product * size, 1);
  const at = (i: number): number => rows[Math.floor(i / width)]! * width + (i % width);
  const length = rows.length * width;
  const taken = isNumbers(data) ? pick(data, length, at) : Array.from({ length }, (_, i) => data[at(i)]!);
  return { ...column, data: taken, shape: [rows.length, ...shape.slice(1)] };
}

/** The rows of `a`, then those of `b`, which has the same type. */
export function joinColumns(a: TensorData, b: TensorData): TensorData {
  const from = a.data.length;
  const data =
    isNumbers(a.data) && isNumbers(b.data)
      ? pickPair(a.data, b.data as typeof a.data, from)
      : [...(a.data as readonly string[]), ...(b.data as readonly string[])];
  return { ...b, data, shape: [(a.shape[0] ?? 0) + (b.shape[0] ?? 0), ...b.shape.slice(1)] };
}

type Numbers = Exclude<TensorData["data"], readonly string[]>;

function isNumbers(data: TensorData["data"]): data is Numbers {
  return ArrayBuffer.isView(data);
}

function pick<T extends Numbers>(source: T, length: number, at: (i: number) => number): T {
  const target = emptyLike(source, length);
  for (let i = 0; i < length; i++) target[i] = source[at(i)]!;
  return target;
}

function pickPair<T extends Numbers>(a: T, b: T, from: number): T {
  const target = emptyLike(a, from + b.length);
  for (let i = 0; i < target.length; i++) target[i] = i < from ? a[i]! : b[i - from]!;
  return target;
}

function emptyLike<T extends Numbers>(source: T, length: number): T {
  return new (source.constructor as new (length: number) => T)(length);
}
