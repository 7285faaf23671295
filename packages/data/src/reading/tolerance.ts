// How many odd cells a column may have and keep its type.

/**
 * A slip of the pen counts as a cell that cannot be read, and does not turn a column of numbers into thousands of
 * categories: 5 % of the cells, and one from 10 cells on.
 */
export function tolerated(count: number): number {
  return Math.max(count >= 10 ? 1 : 0, Math.floor(count * 0.05));
}
