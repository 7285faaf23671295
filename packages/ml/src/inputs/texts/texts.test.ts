// Free text: what the graph counts is what was counted at the fit, in every spelling, and alone as in a batch.
import { buildGraph, createSession } from "@lepta/nn";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { featurePipeline } from "../../features/feature-pipeline.ts";
import { textFeatures } from "./apply-texts.ts";
import { fitText, type TextFeature } from "./text-feature.ts";
import { customarySpellings, tokensOf, wordOf } from "./tokens.ts";

const data = ["Good, not bad", "not good", "bad\nNot (good)", "good good bad", "", "fine"];
const reading = { type: "text", missing: ["NA", "not given"] } as const;
const feature = fitText({ name: "t", type: "text", data, reading }, { alike: 1 }) as TextFeature;

test("its terms are words and pairs of words that stand in two rows", () => {
  expect(feature.terms.map((term) => term.map((word) => feature.words[word]).join(" "))).toEqual([
    "good",
    "bad",
    "not",
    "not good",
  ]);
  const weight = (rows: number): number => Math.log(6 / (1 + rows)) + 1;
  expect(feature.weights).toEqual([weight(4), weight(3), weight(3), weight(2)]);
  expect(feature).toMatchObject({ missing: true, cuts: { lines: 1, tokens: 3 } });
  expect(textFeatures.columns([feature]).slice(-2)).toEqual(['t has "not good"', "t is missing"]);
  expect(textFeatures.notes(feature)[0]).toContain("the first 2 lines and of each the first 3 words");
});

test("without a word of two rows it is left out", () => {
  const column = { name: "t", type: "text", data: ["one", "two"] } as const;
  expect(fitText(column, { alike: 1 })).toEqual({ leftOut: "free text: no word stands in 2 rows" });
});

test("of very many texts it looks at some of all parts of the table", () => {
  const many = Array.from({ length: 150_000 }, (_, i) => (i < 75_000 ? "early" : "late"));
  const { terms, weights } = fitText({ name: "t", type: "text", data: many }, { alike: 1 }) as TextFeature;
  expect(terms).toEqual([[0], [1]]);
  for (const weight of weights) expect(weight).toBeCloseTo(Math.log(50_001 / 25_001) + 1, 12);
});

test("spellings are of their word", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (token) => {
      const word = wordOf(token);
      fc.pre(word !== "");
      for (const spelling of customarySpellings(word)) expect(wordOf(spelling)).toBe(word);
    }),
  );
  expect(customarySpellings("été")).toEqual(expect.arrayContaining(["été", "Été.", "ÉTÉ!"]));
});

describe("in the graph", () => {
  const pipeline = featurePipeline({ encoding: "linear", features: [feature] });
  let session: Awaited<ReturnType<typeof createSession>>;
  beforeAll(async () => {
    session = await createSession(buildGraph({ matrix: pipeline.apply(pipeline.placeholders()) }));
  });
  afterAll(() => session.close());

  const width = pipeline.columns.length;
  async function run(texts: readonly string[]): Promise<number[][]> {
    const { matrix } = await session.run({ t: { data: [...texts], shape: [texts.length, 1] } });
    const all = [...(matrix!.data as Float32Array)];
    return texts.map((_, row) => all.slice(row * width, (row + 1) * width));
  }

  /** TF-IDF by hand, of the words that the model knows. */
  function expected(text: string): number[] {
    const known = new Map<string, string>(feature.spellings.map(([token, word]) => [token, feature.words[word]!]));
    for (const word of feature.words) for (const token of customarySpellings(word)) known.set(token, word);
    const lines = tokensOf(text, feature.cuts).map((line) => line.map((token) => known.get(token) ?? "?"));
    const counts = feature.terms.map((term) => {
      const wanted = term.map((word) => feature.words[word]).join(" ");
      const runs = lines.flatMap((line) => line.map((_, i) => line.slice(i, i + term.length).join(" ")));
      return runs.filter((run) => run === wanted).length;
    });
    const weighted = counts.map((count, i) => Math.log(1 + count) * feature.weights[i]!);
    const length = Math.hypot(...weighted) || 1;
    return [...weighted.map((value) => (3 * value) / length), 0];
  }

  test("any text gives what it gives by hand, and the same alone and beside longer ones", async () => {
    const piece = fc.constantFrom(
      "good",
      "Good,",
      "BAD!",
      "not",
      "(good)",
      "else",
      "goodness",
      "good\tbad",
      "\n",
      "\n",
      " ",
      "é",
    );
    const texts = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(" ").replaceAll(" \n ", "\n"));
    await fc.assert(
      fc.asyncProperty(fc.array(texts, { minLength: 1, maxLength: 6 }), async (batch) => {
        const found = await run(batch);
        for (const [i, text] of batch.entries()) {
          const [alone] = await run([text]);
          expect(found[i]).toEqual(alone);
          const blank = text.trim() === "" && !text.includes("\u00a0");
          const wanted = blank ? [...new Array<number>(width - 1).fill(0), 1] : expected(text);
          if (blank && text.includes("\n")) wanted[width - 1] = alone![width - 1]!;
          for (const [at, value] of wanted.entries()) expect(alone![at]).toBeCloseTo(value, 5);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("a missing text has no words, however that is spelt", async () => {
    const missing = [0, 0, 0, 0, 1];
    expect(await run(["", "  ", "NA", " NA ", "not given", "not  given"])).toEqual(new Array(6).fill(missing));
    expect((await run(["not given yet"]))[0]![2]).toBeGreaterThan(0);
  });
});
