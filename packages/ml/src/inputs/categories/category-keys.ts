// Raw strings to a category's place, in graph operators: outer blanks do not matter, spellings of a missing value do.
//
// ONNX has no operator that trims. StringSplit without a delimiter splits at spaces and drops outer ones; so words are
// split, and the pieces joined to a key that the category's own words give as well. Behind each string stand markers,
// so that there are always as many pieces as the key takes; a string of more words than any category is no key.
import type { ColumnReading } from "@lepta/data";
import { concat, constant, gather, splitWords, stringConcat, type Tensor } from "@lepta/nn";

/** Stands behind the last word: a character that no text has. */
const marker = "\u0001";
/** Categories of more words than this are compared as they stand. */
const mostWords = 12;
/** Blanks beside the space that a runtime does not split at; the keys have them around, for this many values at most. */
const otherBlanks = ["\u00a0", "\t", "\r", "\n"];
const mostSpelt = 4096;

const wordsOf = (text: string): string[] => text.split(" ").filter((word) => word !== "");

/** What a string of these words becomes where keys have `most` words. */
function keyOf(words: readonly string[], most: number): string {
  const pieces = [...words, ...Array.from({ length: most + 1 }, () => marker)];
  return [...pieces.slice(0, most), pieces.slice(most).join(" ")].join(" ");
}

export interface CategoryColumn {
  readonly name: string;
  readonly reading: ColumnReading;
  /** The values that the model tells apart, "" for a missing one. */
  readonly values: readonly string[];
}

export interface CategoryKeys {
  /** Strings [N, …]: the keys that raw strings have. */
  readonly keys: Tensor;
  /** Keys of the values, several for one where it can be spelt in several ways, each with the value's place. */
  readonly entries: readonly (readonly [key: string, place: number])[];
}

/** The keys of each column, whose raw strings [N, 1] stand in `inputs`. */
export function categoryKeys(
  columns: readonly CategoryColumn[],
  inputs: Readonly<Record<string, Tensor>>,
): CategoryKeys[] {
  const wordCounts = columns.map(({ values, reading }) =>
    Math.max(1, ...[...values, ...reading.missing].map((value) => wordsOf(value).length)),
  );
  const most = Math.max(1, ...wordCounts.filter((count) => count <= mostWords));
  const split = columns.filter((_, i) => wordCounts[i]! <= mostWords);
  const keys =
    split.length === 0
      ? undefined
      : wordKeys(
          split.map(({ name }) => inputs[name]!),
          most,
        );
  return columns.map((column, i) => {
    if (wordCounts[i]! > mostWords) return { keys: inputs[column.name]!, entries: entriesOf(column, (text) => text) };
    const key = (text: string): string => keyOf(wordsOf(text), most);
    return { keys: gather(keys!, [split.indexOf(column)], 1), entries: entriesOf(column, key) };
  });
}

/** Strings [N, columns, 1] of strings [N, 1]. */
function wordKeys(inputs: readonly Tensor[], most: number): Tensor {
  const raw = inputs.length === 1 ? inputs[0]! : concat(inputs, 1);
  const marked = stringConcat(raw, constant([` ${Array.from({ length: most + 1 }, () => marker).join(" ")}`]));
  const words = splitWords(marked, most);
  const pieces = most === 1 ? words : stringConcat(words, constant([" "]));
  let key = gather(pieces, [0], 2);
  for (let at = 1; at < most; at++) key = stringConcat(key, gather(pieces, [at], 2));
  const last = gather(words, [most], 2);
  return most === 1 ? stringConcat(stringConcat(key, constant([" "])), last) : stringConcat(key, last);
}

function entriesOf({ values, reading }: CategoryColumn, key: (text: string) => string): [string, number][] {
  const entries = new Map<string, number>();
  const add = (text: string, place: number): void => {
    if (!entries.has(key(text))) entries.set(key(text), place);
  };
  const spellings = values.map((value) => (value === "" ? ["", ...reading.missing] : [value]));
  for (const [place, texts] of spellings.entries()) for (const text of texts) add(text, place);
  if (values.length > mostSpelt) return [...entries];
  for (const [place, texts] of spellings.entries())
    for (const text of texts)
      for (const blank of otherBlanks)
        for (const around of [`${blank}${text}`, `${text}${blank}`, `${blank}${text}${blank}`]) add(around, place);
  for (const [place, texts] of spellings.entries())
    for (const text of texts) if (text.includes(" ")) add(text.replaceAll(" ", "\u00a0"), place);
  return [...entries];
}
