// How the training rows are distributed, feature by feature: the reference that drift is measured against.
import { columnOf, isNumeric, type Table } from "@lepta/data";
import type { FeatureInput } from "../features/feature-pipeline.ts";
import type { FeatureProfile } from "./manifest.ts";

const bins = 10;
const categoriesListed = 100;

/** Tenths of numbers (fewer where values repeat), the most frequent categories. */
export function referenceProfile(table: Table, inputs: readonly FeatureInput[]): FeatureProfile[] {
  return inputs.map(({ name }): FeatureProfile => {
    const column = columnOf(table, name);
    return isNumeric(column) ? numberProfile(name, column.data) : categoryProfile(name, column.data);
  });
}

function numberProfile(name: string, data: Float64Array): FeatureProfile {
  const sorted = data.filter((value) => !Number.isNaN(value)).sort();
  const rows = Math.max(1, data.length);
  const cuts = Array.from({ length: bins - 1 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / bins)]);
  const edges = [...new Set(cuts.filter((cut) => cut !== undefined))].filter((edge) => edge > sorted[0]!);
  const counts = new Array<number>(edges.length + 1).fill(0);
  for (const value of sorted) counts[edges.filter((edge) => value >= edge).length]! += 1;
  return {
    name,
    kind: "number",
    edges,
    shares: counts.map((count) => count / rows),
    missing: (data.length - sorted.length) / rows,
    min: sorted[0] ?? null,
    max: sorted.at(-1) ?? null,
  };
}

function categoryProfile(name: string, data: readonly string[]): FeatureProfile {
  const counts = new Map<string, number>();
  for (const value of data) counts.set(value, (counts.get(value) ?? 0) + 1);
  const rows = Math.max(1, data.length);
  const missing = counts.get("") ?? 0;
  counts.delete("");
  const listed = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, categoriesListed);
  const other = rows - missing - listed.reduce((sum, [, count]) => sum + count, 0);
  return {
    name,
    kind: "category",
    categories: listed.map(([category]) => category),
    shares: listed.map(([, count]) => count / rows),
    other: data.length === 0 ? 0 : other / rows,
    missing: missing / rows,
  };
}
