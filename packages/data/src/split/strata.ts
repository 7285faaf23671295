// The stratum of each unit: what each part holds the same share of.
import { canonicalValue } from "../content-hash.ts";
import { sortedPresent } from "../statistics.ts";
import { columnOf, isNumeric, type Table } from "../table.ts";
import type { Units } from "./units.ts";

/** A number with more different values than this goes by its tenths. */
const numericStrata = 20;

/**
 * One stratum a unit. A group counts under the rarest of its classes, so that rare classes reach every part; for a
 * number, under the tenth that its mean falls in. Throws `unknown-column`.
 */
export function strataOf(table: Table, name: string, { unitOf, sizes }: Units): string[] {
  const column = columnOf(table, name);
  if (isNumeric(column) && new Set(column.data.filter((value) => !Number.isNaN(value))).size > numericStrata)
    return tenths(unitMeans(column.data, unitOf, sizes.length));
  const labels = Array.from(unitOf, (_, row) => canonicalValue(column.data[row]!) ?? "missing");
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const rarer = (a: string, b: string): boolean =>
    counts.get(a)! - counts.get(b)! < 0 || (counts.get(a) === counts.get(b) && a < b);
  const strata = new Array<string | undefined>(sizes.length).fill(undefined);
  labels.forEach((label, row) => {
    const known = strata[unitOf[row]!];
    if (known === undefined || (known !== label && rarer(label, known))) strata[unitOf[row]!] = label;
  });
  return strata as string[];
}

function unitMeans(data: Float64Array, unitOf: Int32Array, units: number): Float64Array {
  const sums = new Float64Array(units);
  const counts = new Float64Array(units);
  for (let row = 0; row < data.length; row++) {
    if (Number.isNaN(data[row]!)) continue;
    sums[unitOf[row]!]! += data[row]!;
    counts[unitOf[row]!]! += 1;
  }
  return sums.map((sum, unit) => sum / counts[unit]!);
}

function tenths(values: Float64Array): string[] {
  const present = sortedPresent(values);
  const cuts = Array.from({ length: 9 }, (_, i) => present[Math.floor(((i + 1) * present.length) / 10)]!);
  return Array.from(values, (value) =>
    Number.isNaN(value) ? "missing" : String(cuts.filter((cut) => value >= cut).length),
  );
}
