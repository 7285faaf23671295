// Which rows are equal: exactly, and without a text or a hash of each.
import { type Column, isNumeric } from "./table.ts";

export interface RowGroups {
  /** The same whole number where rows hold the same values, missing ones too; from 0, in order of first rows. */
  readonly groupOf: Int32Array;
  readonly count: number;
}

/** @param columns of one table */
export function rowGroups(columns: readonly Column[], rowCount: number): RowGroups {
  const hashes = hashesOf(columns, rowCount);
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, 2 * rowCount)));
  /** A row that stands for its group, from 1. */
  const slots = new Int32Array(size);
  const groupOf = new Int32Array(rowCount);
  let count = 0;
  for (let row = 0; row < rowCount; row++) {
    for (let slot = hashes[row]! & (size - 1); ; slot = (slot + 1) & (size - 1)) {
      const first = slots[slot]! - 1;
      if (first < 0) {
        slots[slot] = row + 1;
        groupOf[row] = count++;
        break;
      }
      if (hashes[first] === hashes[row] && columns.every((column) => sameValue(column, first, row))) {
        groupOf[row] = groupOf[first]!;
        break;
      }
    }
  }
  return { groupOf, count };
}

function sameValue({ data }: Column, a: number, b: number): boolean {
  const [x, y] = [data[a]!, data[b]!];
  return x === y || (Number.isNaN(x) && Number.isNaN(y));
}

function hashesOf(columns: readonly Column[], rowCount: number): Int32Array {
  const hashes = new Int32Array(rowCount);
  const value = new Float64Array(1);
  const bits = new Int32Array(value.buffer);
  for (const column of columns) {
    if (isNumeric(column)) {
      for (let row = 0; row < rowCount; row++) {
        const number = column.data[row]!;
        // One zero, and one NaN.
        value[0] = number === 0 ? 0 : Number.isNaN(number) ? Number.NaN : number;
        hashes[row] = mixed(mixed(hashes[row]!, bits[0]!), bits[1]!);
      }
      continue;
    }
    const codes = new Map<string, number>();
    for (let row = 0; row < rowCount; row++) {
      const text = column.data[row]!;
      let code = codes.get(text);
      if (code === undefined) {
        code = codes.size;
        codes.set(text, code);
      }
      hashes[row] = mixed(hashes[row]!, code);
    }
  }
  return hashes;
}

/** A step of MurmurHash3 (Appleby 2011), and a part of its finish. */
function mixed(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const h = Math.imul(hash ^ k, 0x85ebca6b);
  return h ^ (h >>> 15);
}
