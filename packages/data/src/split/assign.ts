// Deals rows to parts by their content: exact counts, stratified, equal rows together, positions without effect.
import { createHash } from "node:crypto";

/** Rows that stay together, with how many of them fall in each stratum. */
interface Unit {
  readonly rows: number[];
  readonly counts: Map<string, number>;
  readonly order: string;
}

export interface Assignment {
  /** What keeps rows together: equal keys never come apart. It must depend on content alone. */
  readonly keys: readonly string[];
  readonly strata: readonly string[];
  /** Shares of the parts; they sum to 1. */
  readonly fractions: readonly number[];
  readonly seed: number;
}

/**
 * The part of each row. Units are ordered by SHA-256 of seed and key. Each stratum's quota is exact (controlled
 * rounding keeps the totals exact as well). Units of several rows are dealt first, then single rows fill the quotas in
 * order, so quotas are met wherever enough single rows exist.
 */
export function assignParts({ keys, strata, fractions, seed }: Assignment): Int32Array {
  const byKey = new Map<string, Unit>();
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    let unit = byKey.get(key);
    if (unit === undefined) {
      unit = { rows: [], counts: new Map(), order: createHash("sha256").update(`${seed}:${key}`).digest("hex") };
      byKey.set(key, unit);
    }
    unit.rows.push(i);
    unit.counts.set(strata[i]!, (unit.counts.get(strata[i]!) ?? 0) + 1);
  }
  const units = [...byKey.values()].sort(
    (a, b) => b.rows.length - a.rows.length || (a.order < b.order ? -1 : a.order > b.order ? 1 : 0),
  );
  const left = quotas(strata, fractions);
  const parts = new Int32Array(keys.length);
  for (const unit of units) {
    const part = unit.rows.length === 1 ? nextOpen(left.get(strata[unit.rows[0]!]!)!) : bestFit(unit, left, fractions);
    for (const [stratum, count] of unit.counts) left.get(stratum)![part]! -= count;
    for (const row of unit.rows) parts[row] = part;
  }
  return parts;
}

/** The first part with room; single rows come in hash order, so filling part after part is a random draw. */
function nextOpen(left: readonly number[]): number {
  const open = left.findIndex((count) => count > 0);
  return open === -1 ? left.indexOf(Math.max(...left)) : open;
}

/** A draw by the unit's hash, by share, among the parts with room for all of it; else the part that lacks it most. */
function bestFit(unit: Unit, left: ReadonlyMap<string, number[]>, fractions: readonly number[]): number {
  const counts = [...unit.counts];
  const room = fractions.map((_, part) => Math.min(...counts.map(([stratum, n]) => left.get(stratum)![part]! - n)));
  const open = fractions.flatMap((share, part) => (room[part]! >= 0 && share > 0 ? [part] : []));
  if (open.length === 0) return room.indexOf(Math.max(...room));
  const total = open.reduce((sum, part) => sum + fractions[part]!, 0);
  let draw = (Number.parseInt(unit.order.slice(0, 12), 16) / 2 ** 48) * total;
  for (const part of open) {
    draw -= fractions[part]!;
    if (draw < 0) return part;
  }
  return open.at(-1)!;
}

/** How many rows of each stratum each part takes: rounded so that every stratum and every part has its exact total. */
export function quotas(strata: readonly string[], fractions: readonly number[]): Map<string, number[]> {
  const sizes = new Map<string, number>();
  for (const stratum of strata) sizes.set(stratum, (sizes.get(stratum) ?? 0) + 1);
  const names = [...sizes.keys()].sort();
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
