// How texts are distributed: by their number of words.
import type { Cell } from "@lepta/data";
import type { ProfileKind } from "../input-kind.ts";
import { stringsOf } from "../typed-column.ts";
import { binOf, checkDistribution, type Distribution, distributionOf, distributionShares } from "./number-profile.ts";

/** Bins of numbers of words. */
export interface WordsProfile extends Distribution {
  readonly name: string;
  readonly kind: "words";
}

export const wordsProfile: ProfileKind<WordsProfile> = {
  of: (name, column) => ({
    name,
    kind: "words",
    ...distributionOf(Float64Array.from(stringsOf(column).data, (text) => wordCount(text))),
  }),
  check: checkDistribution,
  shares: distributionShares,
  bin: ({ edges }, value) => binOf(edges, wordCount(value)),
  range: () => undefined,
};

/** NaN for a missing text. */
function wordCount(text: Cell): number {
  const words = String(text ?? "").match(/\S+/g);
  return words === null ? Number.NaN : words.length;
}
