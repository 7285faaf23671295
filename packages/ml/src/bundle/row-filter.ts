// Which rows a model learnt from, in a few bits a row: so that measuring on them can be told from measuring on new ones.
import { createHash } from "node:crypto";

/**
 * A Bloom filter (Bloom 1970) over the content hashes of rows, target and all. It forgets the rows: what it answers is
 * whether a row is surely not among them, or is with a chance of error of 1 in 1,000.
 */
export interface RowFilter {
  readonly bits: Uint8Array;
  readonly hashes: number;
}

/** Bits a row and hash functions of a filter with a false-positive rate of 0.001: 1.44 · log2(1000), and log2(1000). */
const bitsPerRow = 14.4;
const hashFunctions = 10;

/** Chance that a row that is not among the filter's is taken for one of them. */
export const falsePositives = 0.001;

/** @param rowHashes hex, at least 32 digits each, as `Table.rowHashes` has them */
export function rowFilter(rowHashes: Iterable<string>): RowFilter {
  const different = new Set(rowHashes);
  const bits = new Uint8Array(Math.max(8, Math.ceil((different.size * bitsPerRow) / 8)));
  for (const hash of different)
    for (const place of placesOf(hash, bits.length, hashFunctions)) bits[place >> 3]! |= 1 << (place & 7);
  return { bits, hashes: hashFunctions };
}

export function mayHold({ bits, hashes }: RowFilter, rowHash: string): boolean {
  for (const place of placesOf(rowHash, bits.length, hashes))
    if ((bits[place >> 3]! & (1 << (place & 7))) === 0) return false;
  return true;
}

/** Double hashing (Kirsch and Mitzenmacher 2006) with two words of the row's hash, itself a part of a SHA-256. */
function* placesOf(rowHash: string, bytes: number, count: number): Generator<number> {
  const size = 8 * bytes;
  const first = Number.parseInt(rowHash.slice(0, 12), 16) % size;
  const second = 1 + (Number.parseInt(rowHash.slice(12, 24), 16) % (size - 1));
  for (let i = 0; i < count; i++) yield (first + i * second) % size;
}

/** Hex SHA-256 of a filter's bytes. */
export function filterHash({ bits }: RowFilter): string {
  return createHash("sha256").update(bits).digest("hex");
}
