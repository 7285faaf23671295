// How categories are distributed: the most frequent ones, the others together.
import { list, object, share, shareList, text } from "../../json-checks.ts";
import type { ProfileKind } from "../input-kind.ts";
import { stringsOf } from "../typed-column.ts";

/** Share of the training rows of each category; the shares, `other` and `missing` sum to 1. */
export interface CategoryProfile {
  readonly name: string;
  readonly kind: "category";
  readonly categories: readonly string[];
  readonly shares: readonly number[];
  /** Share of the training rows with a category that is not listed. */
  readonly other: number;
  readonly missing: number;
}

const categoriesListed = 100;
const fields = object({ categories: list(text), shares: list(share), other: share, missing: share });

export const categoryProfile: ProfileKind<CategoryProfile> = {
  of: (name, column) => ({ name, kind: "category", ...distributionOf(stringsOf(column).data) }),
  check(profile, at) {
    fields(profile, at);
    const { categories, shares } = profile as CategoryProfile;
    shareList(categories.length)(shares, `${at}.shares`);
  },
  shares: ({ shares, other, missing }) => [...shares, other, missing],
  bin({ categories }, value) {
    if (value === null || value === undefined || value === "") return categories.length + 1;
    const index = categories.indexOf(String(value));
    return index < 0 ? categories.length : index;
  },
  range: () => undefined,
};

function distributionOf(data: readonly string[]): Omit<CategoryProfile, "name" | "kind"> {
  const counts = new Map<string, number>();
  for (const value of data) counts.set(value, (counts.get(value) ?? 0) + 1);
  const rows = Math.max(1, data.length);
  const missing = counts.get("") ?? 0;
  counts.delete("");
  const listed = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, categoriesListed);
  const other = rows - missing - listed.reduce((sum, [, count]) => sum + count, 0);
  return {
    categories: listed.map(([category]) => category),
    shares: listed.map(([, count]) => count / rows),
    other: data.length === 0 ? 0 : other / rows,
    missing: missing / rows,
  };
}
