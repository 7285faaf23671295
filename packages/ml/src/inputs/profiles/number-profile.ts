// How numbers are distributed: tenths of the training rows (fewer where values repeat).
import { list, nullable, number, object, share, shareList } from "../../json-checks.ts";
import type { ProfileKind } from "../input-kind.ts";
import { numbersOf } from "../typed-column.ts";

/** Shares of the training rows in bins of numbers; the shares and `missing` sum to 1. */
export interface Distribution {
  /** Inner edges, ascending; bin i holds edges[i - 1] ≤ value < edges[i], the outer bins are open. */
  readonly edges: readonly number[];
  /** One more than edges. */
  readonly shares: readonly number[];
  readonly missing: number;
  readonly min: number | null;
  readonly max: number | null;
}

export interface NumberProfile extends Distribution {
  readonly name: string;
  readonly kind: "number";
}

const bins = 10;
const fields = object({
  edges: list(number),
  shares: list(share),
  missing: share,
  min: nullable(number),
  max: nullable(number),
});

export const numberProfile: ProfileKind<NumberProfile> = {
  of: (name, column) => ({ name, kind: "number", ...distributionOf(numbersOf(column).data) }),
  check: checkDistribution,
  shares: distributionShares,
  bin: ({ edges }, value) => binOf(edges, Number(value ?? Number.NaN)),
  range: ({ min, max }) => (min === null || max === null ? undefined : [min, max]),
};

export function checkDistribution(profile: unknown, at: string): void {
  fields(profile, at);
  const { edges, shares } = profile as Distribution;
  shareList(edges.length + 1)(shares, `${at}.shares`);
}

/** The bins, the last one of missing values. */
export function distributionShares({ shares, missing }: Distribution): number[] {
  return [...shares, missing];
}

/** @param data NaN where a value is missing */
export function distributionOf(data: Float64Array): Distribution {
  const sorted = data.filter((value) => !Number.isNaN(value)).sort();
  const rows = Math.max(1, data.length);
  const cuts = Array.from({ length: bins - 1 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / bins)]);
  const edges = [...new Set(cuts.filter((cut) => cut !== undefined))].filter((edge) => edge > sorted[0]!);
  const counts = new Array<number>(edges.length + 1).fill(0);
  for (const value of sorted) counts[binOf(edges, value)]! += 1;
  return {
    edges,
    shares: counts.map((count) => count / rows),
    missing: (data.length - sorted.length) / rows,
    min: sorted[0] ?? null,
    max: sorted.at(-1) ?? null,
  };
}

/** NaN, a missing value, comes behind the others. */
export function binOf(edges: readonly number[], value: number): number {
  if (Number.isNaN(value)) return edges.length + 1;
  const above = edges.findIndex((edge) => value < edge);
  return above < 0 ? edges.length : above;
}
