// What is learnt of a column of categories, and how: plain JSON.
import { type ColumnReading, cellReader, literalReading, type StringColumn } from "@lepta/data";
import type { CategoryEffects } from "./category-effects.ts";

/** A column of strings, one column of the model's input a category. */
export interface CategoryFeature {
  readonly kind: "category";
  readonly name: string;
  /** How its raw values are read, by whatever way they come. */
  readonly reading: ColumnReading;
  /** Categories with a column of their own, sorted. */
  readonly categories: readonly string[];
  /** Share of the training rows of each category, and last of the missing ones; they stand in for an unknown value. */
  readonly shares: readonly number[];
  /** Whether training rows lacked it; then missing has a column of its own. */
  readonly missing: boolean;
  /** Whether rare categories were put together; then they and every unknown value share one column. */
  readonly other: boolean;
  /** How many different categories the training rows had. */
  readonly different: number;
  /** What those without a column of their own say about the target; null where that was not fitted, or is nothing. */
  readonly effects: CategoryEffects | null;
}

/** @param most categories with a column of their own */
export function fitCategory(
  { name, data, reading = literalReading("category") }: StringColumn,
  most: number,
): CategoryFeature {
  const counts = new Map<string, number>();
  const read = cellReader(reading);
  for (const raw of data) {
    const value = String(read(raw) ?? "");
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const absent = counts.get("") ?? 0;
  counts.delete("");
  const byCount = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const categories = byCount
    .slice(0, most)
    .map(([category]) => category)
    .sort();
  const rows = Math.max(1, data.length);
  return {
    kind: "category",
    name,
    reading,
    categories,
    shares: [...categories.map((category) => counts.get(category)! / rows), absent / rows],
    missing: absent > 0,
    other: byCount.length > most,
    different: byCount.length,
    effects: null,
  };
}
