// Free text in graph operators: cut into tokens, told by a dictionary, counted, weighted, brought to one length.
import {
  add,
  cast,
  constant,
  countRuns,
  div,
  equal,
  labelEncoder,
  log,
  max,
  mul,
  reduceSum,
  reshape,
  splitAt,
  splitWords,
  sqrt,
  stringConcat,
  type Tensor,
} from "@lepta/nn";
import { categoryKeys } from "../categories/category-keys.ts";
import type { FeatureKind } from "../input-kind.ts";
import type { TextFeature } from "./text-feature.ts";
import { customarySpellings } from "./tokens.ts";

export const textFeatures: FeatureKind<TextFeature> = {
  apply: (features, inputs) => features.flatMap((feature) => textParts(feature, inputs)),
  columns: (features) =>
    features.flatMap(({ name, words, terms, missing }) => [
      ...terms.map((term) => `${name} has "${term.map((word) => words[word]).join(" ")}"`),
      ...(missing ? [`${name} is missing`] : []),
    ]),
  notes: ({ name, terms, cuts: { lines, tokens } }) => [
    `${name} is free text: its ${terms.length} commonest words and pairs of words count, by how rare they are; of a text ` +
      `the first ${lines === 0 ? "" : `${lines + 1} lines and of each the first `}${tokens} words are read`,
  ],
};

/** Ends a line: a token that no text has, so that no pair of words goes over a line's end. */
const end = "\u0001";

function textParts(feature: TextFeature, inputs: Readonly<Record<string, Tensor>>): Tensor[] {
  const { name, reading, terms, weights, missing } = feature;
  // Spellings of a missing value are texts, too.
  const [keys] = categoryKeys([{ name, reading, values: [""] }], inputs);
  const absent = reshape(
    labelEncoder(keys!.keys, {
      keys: keys!.entries.map(([key]) => key),
      values: keys!.entries.map(() => 1n),
      default: 0n,
    }),
    [-1, 1],
  );
  const runs = terms.map((term) => term.map(BigInt));
  const counts = countRuns(wordIds(feature, inputs[name]!), runs);
  const own = constant({ data: Float32Array.from(weights), shape: [1, weights.length] });
  // Sublinear: a word that stands there ten times says little more than one that stands there twice.
  const weighted = mul(log(add(counts, 1)), own);
  const length = sqrt(reduceSum(mul(weighted, weighted), 1, { keepDims: true }));
  const scaled = mul(div(weighted, max(length, smallest)), reach);
  const there = cast(equal(absent, constant([0n])), "float32");
  return [mul(scaled, there), ...(missing ? [cast(absent, "float32")] : [])];
}

/**
 * Length of a text's row. Of unit length the penalty of the linear model, as strong as scikit-learn's default, holds
 * words back. Chosen by log loss on rows held out of the training, of two tables (decision 0027).
 */
const reach = 3;
/** Below every length of a text that has a term. */
const smallest = 1e-6;

/** Places of words [N, tokens], -1 for other tokens. */
function wordIds({ cuts, words, spellings }: TextFeature, raw: Tensor): Tensor {
  const lines = cuts.lines === 0 ? raw : splitAt(raw, "\n", cuts.lines);
  const tokens = splitWords(stringConcat(lines, constant([` ${end}`])), cuts.tokens);
  const entries = new Map<string, bigint>();
  const learn = (token: string, word: number): void => {
    if (!entries.has(token)) entries.set(token, BigInt(word));
  };
  for (const [i, word] of words.entries()) for (const token of customarySpellings(word)) learn(token, i);
  for (const [token, word] of spellings) learn(token, word);
  const ids = labelEncoder(tokens, { keys: [...entries.keys()], values: [...entries.values()], default: -1n });
  return reshape(ids, [raw.shape[0]!, -1]);
}
