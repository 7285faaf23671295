// Parts of columns put one after another.

/** `all`, filled with the arrays in their order. */
export function stacked<T extends Float32Array | Float64Array>(all: T, arrays: readonly T[]): T {
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}

export function lengthOf(arrays: readonly { readonly length: number }[]): number {
  return arrays.reduce((sum, { length }) => sum + length, 0);
}

export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;
