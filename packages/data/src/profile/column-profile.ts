// What one column holds: missing values, different values, spread, frequent values.

import type { ColumnType } from "../column-type.ts";
import { labelAt } from "../schema.ts";
import { quantileOf, sortedPresent } from "../statistics.ts";
import { type Column, isNumeric } from "../table.ts";

export interface ColumnProfile {
  readonly name: string;
  readonly type: ColumnType;
  readonly role: "target" | "feature" | "left out";
  readonly missing: number;
  readonly missingShare: number;
  /** How many different values there are, missing ones aside. */
  readonly different: number;
  /** The most frequent values, at most ten. Booleans read true and false; times are milliseconds. */
  readonly top: readonly { readonly value: string; readonly count: number }[];
  /** For numbers and times (milliseconds since 1970, UTC); absent where every value is missing. */
  readonly numbers?: NumberProfile;
}

export interface NumberProfile {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Sample standard deviation; 0 for a single value. */
  readonly sd: number;
  readonly quantiles: Readonly<Record<"p01" | "p05" | "p25" | "p50" | "p75" | "p95" | "p99", number>>;
  /** Bins of equal width; `edges` has one more entry than `counts`. The last bin holds its right edge. */
  readonly histogram: { readonly edges: readonly number[]; readonly counts: readonly number[] };
}

export function profileColumn(column: Column, role: ColumnProfile["role"]): ColumnProfile {
  const counts = new Map<string, number>();
  let missing = 0;
  for (let i = 0; i < column.data.length; i++) {
    const value = labelAt(column, i);
    if (value === undefined) missing++;
    else counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const top = [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, 10)
    .map(([value, count]) => ({ value: value.slice(0, 100), count }));
  const numbers = isNumeric(column) && column.type !== "boolean" ? profileNumbers(column.data) : undefined;
  return {
    name: column.name,
    type: column.type,
    role,
    missing,
    missingShare: missing / Math.max(1, column.data.length),
    different: counts.size,
    top,
    ...(numbers === undefined ? {} : { numbers }),
  };
}

function profileNumbers(data: Float64Array): NumberProfile | undefined {
  const sorted = sortedPresent(data);
  const n = sorted.length;
  if (n === 0) return undefined;
  const mean = sorted.reduce((sum, value) => sum + value / n, 0);
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const q = (p: number): number => quantileOf(sorted, p);
  return {
    min: sorted[0]!,
    max: sorted[n - 1]!,
    mean,
    sd: n > 1 ? Math.sqrt(squares / (n - 1)) : 0,
    quantiles: { p01: q(0.01), p05: q(0.05), p25: q(0.25), p50: q(0.5), p75: q(0.75), p95: q(0.95), p99: q(0.99) },
    histogram: histogramOf(sorted),
  };
}

/** At most 20 bins, as many as the square root of the count asks for. */
function histogramOf(sorted: Float64Array): NumberProfile["histogram"] {
  const low = sorted[0]!;
  const high = sorted[sorted.length - 1]!;
  if (low === high) return { edges: [low, high], counts: [sorted.length] };
  const bins = Math.max(1, Math.min(20, Math.ceil(Math.sqrt(sorted.length))));
  const counts = new Array<number>(bins).fill(0);
  const width = (high - low) / bins;
  for (const value of sorted) counts[Math.min(bins - 1, Math.floor((value - low) / width))]!++;
  return { edges: Array.from({ length: bins + 1 }, (_, i) => (i === bins ? high : low + i * width)), counts };
}
