// What is learnt of a column of free text, and how: plain JSON.
import { type ColumnReading, cellReader, literalReading, type StringColumn } from "@lepta/data";
import type { LeftOut } from "../input-kind.ts";
import { type Cuts, customarySpellings, tokensOf, wordOf } from "./tokens.ts";

/** A column of free text: how often its commonest terms stand in it, weighted by how rare they are (TF-IDF). */
export interface TextFeature {
  readonly kind: "text";
  readonly name: string;
  /** How its raw values are read, by whatever way they come. */
  readonly reading: ColumnReading;
  readonly cuts: Cuts;
  /** Words that terms are made of. */
  readonly words: readonly string[];
  /** Spellings of the training rows beside those that every word may have: to the word's place in `words`. */
  readonly spellings: readonly (readonly [token: string, word: number])[];
  /** One word, or two that follow each other: places in `words`. One column each. */
  readonly terms: readonly (readonly number[])[];
  /** ln((1 + texts) / (1 + texts with the term)) + 1 for each term. */
  readonly weights: readonly number[];
  /** Whether training rows lacked it; then a column of its own says so. */
  readonly missing: boolean;
}

export interface TextFit {
  /** Columns of free text, which share the terms. */
  readonly alike: number;
}

/** Most terms of all columns of free text together. */
const mostTerms = 1024;
/** Numbers in the matrix of the training rows that terms may take: 512 MB of float32. */
const mostCells = 2 ** 27;
/** Rows that must have a term: what stands in one row tells nothing of others. */
const leastRows = 2;
/** Texts that terms are counted in, spread evenly over the rows: all pairs of words of a million texts fill the memory. */
const mostTexts = 50_000;
/** Tokens of a text that are read at most, cut into lines as the training rows are. */
const mostTokens = 1024;
const mostLines = 31;

export function fitText(
  { name, data, reading = literalReading("text") }: StringColumn,
  { alike }: TextFit,
): TextFeature | LeftOut {
  const read = cellReader(reading);
  const texts = data.map((raw) => String(read(raw) ?? ""));
  const present = texts.filter((text) => text !== "");
  const looked = evenly(present, mostTexts);
  const cuts = cutsOf(looked);
  const counts = new Map<string, number>();
  const spelt = new Map<string, Map<string, number>>();
  for (const text of looked) {
    const found = new Set<string>();
    for (const line of tokensOf(text, cuts)) {
      let before = "";
      for (const token of line) {
        const word = wordOf(token);
        if (word !== "") {
          found.add(word);
          if (before !== "") found.add(`${before} ${word}`);
          let own = spelt.get(word);
          if (own === undefined) {
            own = new Map();
            spelt.set(word, own);
          }
          own.set(token, (own.get(token) ?? 0) + 1);
        }
        before = word;
      }
    }
    for (const term of found) counts.set(term, (counts.get(term) ?? 0) + 1);
  }
  const most = Math.min(Math.floor(mostTerms / alike), Math.floor(mostCells / Math.max(1, data.length * alike)));
  const kept = [...counts]
    .filter(([, rows]) => rows >= leastRows)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, Math.max(1, most));
  if (kept.length === 0) return { leftOut: `free text: no word stands in ${leastRows} rows` };
  const words = [...new Set(kept.flatMap(([term]) => term.split(" ")))].sort();
  const places = new Map(words.map((word, i) => [word, i]));
  return {
    kind: "text",
    name,
    reading,
    cuts,
    words,
    spellings: words.flatMap((word, i) => {
      const customary = new Set(customarySpellings(word));
      return [...spelt.get(word)!.keys()].filter((token) => !customary.has(token)).map((token) => [token, i] as const);
    }),
    terms: kept.map(([term]) => term.split(" ").map((word) => places.get(word)!)),
    weights: kept.map(([, rows]) => Math.log((1 + looked.length) / (1 + rows)) + 1),
    missing: present.length < data.length && present.length > 0,
  };
}

function evenly<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, i) => all[Math.floor((i * all.length) / most)]!);
}

/** As many lines, and tokens a line, as the training rows have, within bounds. */
function cutsOf(texts: readonly string[]): Cuts {
  let lines = 0;
  for (const text of texts) lines = Math.max(lines, Math.min(mostLines, text.split("\n").length - 1));
  let tokens = 1;
  for (const text of texts)
    for (const line of tokensOf(text, { lines, tokens: mostTokens })) tokens = Math.max(tokens, line.length);
  return { lines, tokens: Math.min(tokens, Math.floor(mostTokens / (lines + 1))) };
}
