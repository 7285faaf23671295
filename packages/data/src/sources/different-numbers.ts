// How many different plain numbers are among a column's words: exactly, or as `textScan` estimates them.
import { inlineBytes } from "../duck.ts";
import { differentCounter, hashText, hashWords } from "./different-texts.ts";
import { plainBytes } from "./plain-bytes.ts";
import { plainValue } from "./text-scan.ts";

/**
 * @param words each different text of the column once
 * @param count cells that are plain numbers
 * @param rowCount for an estimate; undefined for the exact number
 */
export function differentNumbers(words: readonly string[], count: number, rowCount: number | undefined): number {
  const numbers = words.filter((word) => plainValue(word) !== undefined);
  if (rowCount === undefined) return numbers.length;
  const counter = differentCounter(rowCount);
  const bytes = Buffer.alloc(inlineBytes);
  for (const text of numbers) {
    const length = bytes.fill(0).write(text);
    const inline = Buffer.byteLength(text) <= inlineBytes && !Number.isNaN(plainBytes(bytes, 0, length));
    counter.add(inline ? hashWords(bytes.readInt32LE(0), bytes.readInt32LE(4), bytes.readInt32LE(8)) : hashText(text));
  }
  return counter.estimate(count);
}
