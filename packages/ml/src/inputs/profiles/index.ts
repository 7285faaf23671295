// How a feature's training rows are distributed: one table of the ways to say it, and what is read from a manifest.
import type { Cell } from "@lepta/data";
import { type Check, list, Mismatch, object, oneOf, text } from "../../json-checks.ts";
import type { ProfileKind } from "../input-kind.ts";
import { type CategoryProfile, categoryProfile } from "./category-profile.ts";
import { type NumberProfile, numberProfile } from "./number-profile.ts";
import { type WordsProfile, wordsProfile } from "./words-profile.ts";

export type FeatureProfile = NumberProfile | CategoryProfile | WordsProfile;

type ProfileKinds = { readonly [K in FeatureProfile["kind"]]: ProfileKind<Extract<FeatureProfile, { kind: K }>> };

const profileKinds: ProfileKinds = { number: numberProfile, category: categoryProfile, words: wordsProfile };

const kindOf = ({ kind }: FeatureProfile): ProfileKind<FeatureProfile> => profileKinds[kind];

const head = object({ name: text, kind: oneOf(...Object.keys(profileKinds)) });

/** Of a profile that was read. */
export const checkProfile: Check = (value, at) => {
  head(value, at);
  kindOf(value as FeatureProfile).check(value, at);
};

/** The profiles in a value that was read; none where it is no list of such. */
export function profilesIn(value: unknown): readonly FeatureProfile[] {
  try {
    list(checkProfile)(value, "profile");
    return value as FeatureProfile[];
  } catch (error) {
    if (error instanceof Mismatch) return [];
    throw error;
  }
}

/** Shares of the training rows: the bins, the last one of missing values. */
export function expectedShares(profile: FeatureProfile): number[] {
  return kindOf(profile).shares(profile);
}

/** The bin of a value as the model reads it: an index of `expectedShares`. */
export function profileBin(profile: FeatureProfile, value: Cell): number {
  return kindOf(profile).bin(profile, value);
}

/** The least and the largest training value, where a reader should know them. */
export function profileRange(profile: FeatureProfile): readonly [low: number, high: number] | undefined {
  return kindOf(profile).range(profile);
}
