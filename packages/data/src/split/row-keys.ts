// Row keys: whole numbers below 2^53 that say what a row holds, whatever its place, its file's format or its types.
//
// Parts are drawn by them, so a key may not hang on anything that a user can declare. A file's keys are made of the
// fields as they are written, all columns but those that only count the rows; a table made in memory has its values
// instead, a number in its shortest form and true and false as 1 and 0. Two rows that share a key by accident are drawn
// as two occurrences of it, so keys need not be free of collisions.
import { canonicalValue } from "../content-hash.ts";
import type { Column, Table } from "../table.ts";

/** One key a row: those that reading found, else made of the values. */
export function rowKeysOf(table: Pick<Table, "columns" | "rowCount" | "rowKeys">): Float64Array {
  if (table.rowKeys !== undefined) return table.rowKeys;
  const columns = [...table.columns].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const keys = new Float64Array(table.rowCount);
  for (let row = 0; row < keys.length; row++) {
    let text = "";
    for (const column of columns) text += `${plainValue(column, row) ?? ""}\u001f`;
    keys[row] = keyOf(text);
  }
  return keys;
}

/** A text as a whole number below 2^53: two lanes of 32 bits, each fed every UTF-16 unit. */
export function keyOf(text: string): number {
  let high = 0xdeadbeef ^ text.length;
  let low = 0x41c6ce57 ^ text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    high = Math.imul(high ^ unit, 0x9e3779b1);
    low = Math.imul(low ^ unit, 0x5f356495);
    high ^= high >>> 15;
    low ^= low >>> 13;
  }
  return (finalise(high ^ (low >>> 3)) >>> 0) * 2 ** 21 + (finalise(low ^ (high >>> 7)) >>> 11);
}

const plainNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A value's text whatever type its column was given: "03" and 3 are one, and so are true and 1. Undefined: missing. */
export function plainValue(column: Column, row: number): string | undefined {
  const value = canonicalValue(column.data[row]!);
  if (value === undefined || typeof column.data[row] === "number") return value;
  const text = value.trim();
  if (plainNumber.test(text)) {
    const number = Number(text);
    // A code of more digits than a number holds stays a code.
    return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? String(number === 0 ? 0 : number) : text;
  }
  const word = text.toLowerCase();
  return word === "true" ? "1" : word === "false" ? "0" : text;
}

/** What a draw is for: draws of one key for two purposes are independent. */
export const purposes = { split: 1, fold: 2, rounding: 3 } as const;

/**
 * A uniform draw in [0, 1) for one occurrence of a key: the same on every machine, independent between seeds, purposes
 * and occurrences. (The finaliser of MurmurHash3, Appleby 2011, over the words.)
 */
export function drawOf(key: number, occurrence: number, seed: number, purpose: number): number {
  let high = mix(0x9e3779b9 ^ purpose, seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0, occurrence);
  high = mix(high, key >>> 0, Math.floor(key / 2 ** 32) >>> 0, 0x7f4a7c15);
  const low = mix(high ^ 0x85ebca6b, key >>> 0, occurrence, Math.floor(key / 2 ** 32) >>> 0);
  return ((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53;
}

function mix(state: number, a: number, b: number, c: number): number {
  let h = state;
  for (const word of [a, b, c]) {
    h = Math.imul(h ^ finalise(word), 0x01000193) + 0x165667b1;
    h = finalise(h);
  }
  return h >>> 0;
}

function finalise(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
