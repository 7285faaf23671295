// The kinds of inputs, one entry a type of column; a type of column without one does not compile.
import type { ColumnType } from "@lepta/data";
import { boolean } from "./boolean.ts";
import { categoryFeatures } from "./categories/apply-categories.ts";
import type { CategoryFeature } from "./categories/category-feature.ts";
import { category } from "./category.ts";
import type { FeatureKind, InputKind } from "./input-kind.ts";
import { number } from "./number.ts";
import { numberFeatures } from "./numbers/apply-numbers.ts";
import type { NumberFeature } from "./numbers/number-feature.ts";
import type { FeatureProfile } from "./profiles/index.ts";
import { text } from "./text.ts";
import { textFeatures } from "./texts/apply-texts.ts";
import type { TextFeature } from "./texts/text-feature.ts";
import { timestamp } from "./timestamp.ts";

export const inputKinds: Readonly<Record<ColumnType, InputKind<Feature, FeatureProfile>>> = {
  number,
  boolean,
  timestamp,
  category,
  text,
};

/** What is learnt of a column. */
export type Feature = NumberFeature | CategoryFeature | TextFeature;

type FeatureKinds = { readonly [K in Feature["kind"]]: FeatureKind<Extract<Feature, { kind: K }>> };

/** In the order in which their columns stand in the matrix. */
export const featureKinds: FeatureKinds = { number: numberFeatures, category: categoryFeatures, text: textFeatures };

export function featureKind({ kind }: Feature): FeatureKind<Feature> {
  return featureKinds[kind];
}

/** Features of one kind, which become columns together. */
export interface FeatureGroup {
  readonly kind: FeatureKind<Feature>;
  readonly features: readonly Feature[];
}

/** In the order of the matrix's columns. */
export function featureGroups(features: readonly Feature[]): FeatureGroup[] {
  return Object.entries<FeatureKind<Feature>>(featureKinds)
    .map(([name, kind]) => ({ kind, features: features.filter((feature) => feature.kind === name) }))
    .filter((group) => group.features.length > 0);
}
