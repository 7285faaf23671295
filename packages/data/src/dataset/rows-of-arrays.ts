// Copies rows between arrays whose first axis counts them.
import { type Batch, type BatchArray, rowsIn } from "./dataset.ts";

type Data = BatchArray["data"];

/** Elements of one row. */
export function widthOf({ shape }: Pick<BatchArray, "shape">): number {
  let width = 1;
  for (let axis = 1; axis < shape.length; axis++) width *= shape[axis]!;
  return width;
}

/** An array of the same element type. */
export function allocate(like: Data, length: number): Data {
  if (Array.isArray(like)) return new Array<string>(length).fill("");
  return new (like.constructor as new (length: number) => Data)(length);
}

/** Below this many elements a row is copied by a loop: a view of it costs more. */
const short = 24;

/** Row `from` of one array to row `to` of another, `width` elements each. */
export function copyRow(source: Data, from: number, target: Data, to: number, width: number): void {
  const [start, place] = [from * width, to * width];
  if (width < short || Array.isArray(source) || Array.isArray(target)) {
    const [values, own] = [source as string[], target as string[]];
    for (let i = 0; i < width; i++) own[place + i] = values[start + i]!;
  } else (target as Float64Array).set((source as Float64Array).subarray(start, start + width), place);
}

/** These rows of a batch, copied. */
export function pickRows(batch: Batch, rows: ArrayLike<number>): Batch {
  return Object.fromEntries(
    Object.entries(batch).map(([name, array]) => {
      const width = widthOf(array);
      const data = allocate(array.data, rows.length * width);
      for (let i = 0; i < rows.length; i++) copyRow(array.data, rows[i]!, data, i, width);
      return [name, { data, shape: [rows.length, ...array.shape.slice(1)] }] as const;
    }),
  );
}

/** All row numbers of a batch, ascending. */
export function allRows(batch: Batch | number): Int32Array {
  return Int32Array.from({ length: typeof batch === "number" ? batch : rowsIn(batch) }, (_, row) => row);
}
