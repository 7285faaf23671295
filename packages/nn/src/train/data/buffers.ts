// The arrays that runs of the engine are fed, filled again and again, and the copying of rows into them.
import type { NumericArray, TensorData } from "../../dtype.ts";
import { allocate } from "../../dtype.ts";
import { sizeOf } from "../../shape.ts";
import type { ArrayType } from "../ports.ts";

/** The batches of one run by name, each [steps, batchSize, …]. */
export type Stacked = Readonly<Record<string, TensorData>>;

export interface Buffers {
  /** Arrays for a run; what they hold is left from before. */
  take(steps: number, batchSize: number): Stacked;
  /** Gives arrays back, to be taken again. */
  give(stacked: Stacked): void;
}

/** Lengths whose arrays are kept: those of full runs and of an epoch's end, not of every epoch of a stream. */
const mostLengths = 6;

export function createBuffers(types: readonly ArrayType[]): Buffers {
  const free = new Map<string, NumericArray[]>();
  const freeOf = (name: string, length: number): NumericArray[] => {
    const key = `${name} ${length}`;
    const own = free.get(key) ?? [];
    // The last one used stands last; the first is left to the garbage collector.
    free.delete(key);
    free.set(key, own);
    const [oldest] = free.keys();
    if (free.size > mostLengths * types.length && oldest !== undefined) free.delete(oldest);
    return own;
  };
  return {
    take: (steps, batchSize) =>
      Object.fromEntries(
        types.map(({ name, dtype, shape }) => {
          const full = [steps, batchSize, ...shape];
          const length = sizeOf(full);
          const data = freeOf(name, length).pop() ?? allocate(dtype, length);
          return [name, dtype === "bool" ? { data, shape: full, dtype } : { data, shape: full }] as const;
        }),
      ),
    give(stacked) {
      for (const [name, { data }] of Object.entries(stacked)) freeOf(name, data.length).push(data as NumericArray);
    },
  };
}

/** A copy of one step's batch, each array [1, batchSize, …]. */
export function stepOf(stacked: Stacked, step: number): Stacked {
  return Object.fromEntries(
    Object.entries(stacked).map(([name, array]) => {
      const shape = [1, ...array.shape.slice(1)];
      const length = sizeOf(shape);
      const data = (array.data as NumericArray).slice(step * length, (step + 1) * length);
      return [name, { ...array, data, shape }] as const;
    }),
  );
}

/** Below this many elements a row is copied by a loop: a view of it costs more. */
const short = 24;

/** Copies the chosen rows of `from`, each of `width` elements, to the beginning of `to`. */
export function copyChosen(
  from: TensorData | undefined,
  to: TensorData | undefined,
  width: number,
  rows: ArrayLike<number>,
): void {
  const [source, target] = [from?.data as Float32Array, to?.data as Float32Array];
  for (let i = 0, place = 0; i < rows.length; i++, place += width) {
    const start = (rows[i] as number) * width;
    if (width >= short) target.set(source.subarray(start, start + width), place);
    else for (let j = 0; j < width; j++) target[place + j] = source[start + j] as number;
  }
}

/** Copies `count` rows of `from`, beginning with row `start`, into `to` from its row `at` on. */
export function copyRange(
  from: TensorData | undefined,
  start: number,
  count: number,
  width: number,
  to: TensorData | undefined,
  at: number,
): void {
  const [source, target] = [from?.data as Float32Array, to?.data as Float32Array];
  target.set(source.subarray(start * width, (start + count) * width), at * width);
}
