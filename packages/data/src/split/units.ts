// What is dealt as a whole: each row by itself, or each group of rows, with its draw.
import { columnOf, type Table } from "../table.ts";
import { drawOf, keyOf, plainValue, rowKeysOf } from "./row-keys.ts";

export interface Units {
  /** The unit of each row. */
  readonly unitOf: Int32Array;
  readonly sizes: Int32Array;
  readonly draws: Float64Array;
}

/** A row is one occurrence of its key; the first of equal rows in the table is occurrence 0. */
export function rowUnits(table: Table, seed: number, purpose: number): Units {
  const keys = rowKeysOf(table);
  const seen = new Map<number, number>();
  const draws = new Float64Array(keys.length);
  for (let row = 0; row < keys.length; row++) {
    const occurrence = seen.get(keys[row]!) ?? 0;
    seen.set(keys[row]!, occurrence + 1);
    draws[row] = drawOf(keys[row]!, occurrence, seed, purpose);
  }
  return { unitOf: Int32Array.from(draws, (_, row) => row), sizes: new Int32Array(keys.length).fill(1), draws };
}

/** The group of each row: the same small whole number where the group column holds the same value. */
export interface Groups {
  readonly groupOf: Int32Array;
  readonly count: number;
  /** Rows without a value: each is a group of its own. */
  readonly alone: number;
}

/** Throws `unknown-column`. Groups are numbered in order of their first rows. */
export function groupsOf(table: Table, name: string): Groups {
  const column = columnOf(table, name);
  const numbers = new Map<string, number>();
  let count = 0;
  let alone = 0;
  const groupOf = Int32Array.from({ length: table.rowCount }, (_, row) => {
    const value = plainValue(column, row);
    if (value === undefined) {
      alone++;
      return count++;
    }
    let number = numbers.get(value);
    if (number === undefined) {
      number = count++;
      numbers.set(value, number);
    }
    return number;
  });
  return { groupOf, count, alone };
}

/** A group's draw hangs on its value alone: whatever rows it gains, it keeps the draw. */
export function groupUnits(table: Table, name: string, seed: number, purpose: number): Units {
  const { groupOf, count } = groupsOf(table, name);
  const column = columnOf(table, name);
  const single = rowUnits(table, seed, purpose).draws;
  const sizes = new Int32Array(count);
  const draws = new Float64Array(count);
  for (let row = 0; row < groupOf.length; row++) {
    const group = groupOf[row]!;
    if (sizes[group]!++ > 0) continue;
    const value = plainValue(column, row);
    draws[group] = value === undefined ? single[row]! : drawOf(keyOf(value), 0, seed, purpose);
  }
  return { unitOf: groupOf, sizes, draws };
}
