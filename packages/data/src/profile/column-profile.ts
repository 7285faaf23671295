// What one column holds: missing values, different values, spread, frequent values.

import type { ColumnType } from "../column-type.ts";
import { labelOf } from "../schema.ts";
import { quantileOf, runEnd } from "../statistics.ts";
import { type Column, isNumeric } from "../table.ts";
import type { Sorted } from "./sorted.ts";

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

export function profileColumn(column: Column, role: ColumnProfile["role"], sortedOf: Sorted): ColumnProfile {
  const sorted = isNumeric(column) ? sortedOf(column) : undefined;
  const values = sorted === undefined ? stringCounts(column.data as readonly string[]) : runs(sorted);
  const label = (value: number | string): string => (typeof value === "string" ? value : labelOf(column, value));
  const top: { value: string; count: number }[] = [];
  let different = 0;
  let present = 0;
  for (const [value, count] of values) {
    different++;
    present += count;
    if (top.length === 10 && count < top[9]!.count) continue;
    const one = { value: label(value), count };
    const at = top.findIndex((other) => other.count < count || (other.count === count && one.value < other.value));
    if (at === -1 && top.length === 10) continue;
    top.splice(at === -1 ? top.length : at, 0, one);
    top.length = Math.min(10, top.length);
  }
  const missing = column.data.length - present;
  const numbers = sorted === undefined || column.type === "boolean" ? undefined : profileNumbers(sorted);
  return {
    name: column.name,
    type: column.type,
    role,
    missing,
    missingShare: missing / Math.max(1, column.data.length),
    different,
    top: top.map(({ value, count }) => ({ value: value.slice(0, 100), count })),
    ...(numbers === undefined ? {} : { numbers }),
  };
}

function stringCounts(data: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of data) counts.set(value, (counts.get(value) ?? 0) + 1);
  counts.delete("");
  return counts;
}

/** Each different value and how often it stands. */
function* runs(sorted: Float64Array): Generator<[value: number, count: number]> {
  for (let start = 0; start < sorted.length; ) {
    const end = runEnd(sorted, start);
    yield [sorted[start]!, end - start];
    start = end;
  }
}

function profileNumbers(sorted: Float64Array): NumberProfile | undefined {
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
