// Deals units (rows, or groups of rows) to parts: exact counts, stratified, by draws that each unit brings with it.
//
// Every unit has a uniform draw that hangs on its own content alone. Within a stratum the units with the lowest draws
// fill the first part, the next ones the second, until each part has its quota. So a part is a simple random sample of
// every stratum, and where units are added, only those move whose draws lie next to a border: the borders shift by
// about the square root of what was added.
import { drawOf, keyOf, purposes } from "./row-keys.ts";

export interface Assignment {
  /** A uniform draw in [0, 1) for each unit. */
  readonly draws: Float64Array;
  /** A stratum for each unit. */
  readonly strata: readonly string[];
  /** Shares of the parts; they sum to 1. */
  readonly fractions: readonly number[];
  /** Decides which strata are rounded first. */
  readonly seed: number;
}

/** The part of each unit. Each stratum's quota is exact (controlled rounding keeps the parts' totals exact as well). */
export function assignParts({ draws, strata, fractions, seed }: Assignment): Int32Array {
  const members = new Map<string, number[]>();
  for (let unit = 0; unit < draws.length; unit++) {
    const list = members.get(strata[unit]!);
    if (list === undefined) members.set(strata[unit]!, [unit]);
    else list.push(unit);
  }
  const parts = new Int32Array(draws.length);
  for (const [stratum, counts] of quotas(strata, fractions, seed)) {
    const order = Int32Array.from(members.get(stratum)!).sort((a, b) => draws[a]! - draws[b]! || a - b);
    let at = 0;
    counts.forEach((count, part) => {
      for (const end = at + count; at < end; at++) parts[order[at]!] = part;
    });
  }
  return parts;
}

/** Groups of rows, one entry a group. */
export interface GroupAssignment extends Assignment {
  /** Rows of each group. */
  readonly sizes: Int32Array;
}

/**
 * The part of each group: as many groups of each stratum and each order of size (1, 2 to 3, 4 to 7 rows, …) in a part
 * as its share asks for. A group with more rows than the smallest part may hold goes first, to a part with room for it:
 * drawn by share, the roomiest where none has.
 */
export function assignGroups({ draws, strata, sizes, fractions, seed }: GroupAssignment): Int32Array {
  const rows = sizes.reduce((sum, size) => sum + size, 0);
  const room = fractions.map((share) => share * rows);
  const smallest = Math.min(...room.filter((size) => size > 0));
  const all = Array.from(sizes, (_, group) => group);
  const parts = new Int32Array(sizes.length);
  const giants = all
    .filter((group) => sizes[group]! > smallest)
    .sort((a, b) => sizes[b]! - sizes[a]! || draws[a]! - draws[b]!);
  for (const group of giants) {
    const part = roomFor(sizes[group]!, draws[group]!, room, fractions);
    parts[group] = part;
    room[part]! -= sizes[group]!;
  }
  const others = all.filter((group) => sizes[group]! <= smallest);
  const open = room.map((size) => Math.max(0, size));
  const total = open.reduce((sum, size) => sum + size, 0);
  const dealt = assignParts({
    draws: Float64Array.from(others, (group) => draws[group]!),
    strata: others.map((group) => `${31 - Math.clz32(sizes[group]!)}:${strata[group]}`),
    fractions: total > 0 ? open.map((size) => size / total) : fractions,
    seed,
  });
  others.forEach((group, i) => {
    parts[group] = dealt[i]!;
  });
  return parts;
}

function roomFor(size: number, draw: number, room: readonly number[], fractions: readonly number[]): number {
  const open = fractions.flatMap((share, part) => (share > 0 && room[part]! >= size ? [part] : []));
  if (open.length === 0) return room.indexOf(Math.max(...room));
  let left = draw * open.reduce((sum, part) => sum + fractions[part]!, 0);
  for (const part of open) {
    left -= fractions[part]!;
    if (left < 0) return part;
  }
  return open.at(-1)!;
}
/**
 * How many units of each stratum each part takes: rounded so that every stratum and every part has its exact total.
 * Strata are rounded in an order that the seed shuffles, or those that come first by name would favour the first part.
 */
export function quotas(strata: readonly string[], fractions: readonly number[], seed = 0): Map<string, number[]> {
  const sizes = new Map<string, number>();
  for (const stratum of strata) sizes.set(stratum, (sizes.get(stratum) ?? 0) + 1);
  const places = new Map([...sizes.keys()].map((name) => [name, drawOf(keyOf(name), 0, seed, purposes.rounding)]));
  const names = [...sizes.keys()].sort((a, b) => places.get(a)! - places.get(b)! || (a < b ? -1 : 1));
  const totals = apportion(strata.length, fractions);
  const cells = new Map(names.map((name) => [name, fractions.map((share) => floor(sizes.get(name)! * share))]));
  const wanted = totals.map((total, part) => total - names.reduce((sum, name) => sum + cells.get(name)![part]!, 0));
  for (const name of names) {
    const row = cells.get(name)!;
    const rest = sizes.get(name)! - row.reduce((sum, count) => sum + count, 0);
    const remainder = fractions.map((share, part) => sizes.get(name)! * share - row[part]!);
    const order = fractions
      .map((_, part) => part)
      .sort((a, b) => wanted[b]! - wanted[a]! || remainder[b]! - remainder[a]! || a - b);
    for (let i = 0; i < rest; i++) {
      const part = order[i % order.length]!;
      row[part]!++;
      wanted[part]!--;
    }
  }
  return cells;
}

/** Largest remainders (Hamilton's method). */
function apportion(total: number, fractions: readonly number[]): number[] {
  const counts = fractions.map((share) => floor(total * share));
  const rest = total - counts.reduce((sum, count) => sum + count, 0);
  const order = fractions
    .map((share, part) => ({ part, remainder: total * share - counts[part]! }))
    .sort((a, b) => b.remainder - a.remainder || a.part - b.part);
  for (let i = 0; i < rest; i++) counts[order[i % order.length]!.part]!++;
  return counts;
}

/** 0.2 × 15 is 3.0000000000000004 or 2.9999999999999996 in doubles: both are 3. */
function floor(value: number): number {
  return Math.floor(value + 1e-9);
}
