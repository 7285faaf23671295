// Columns that know the target too well: most often they were written after it, or from it.
import { labelAt } from "../schema.ts";
import { correlation, quantileOf, ranksOf, sortedPresent } from "../statistics.ts";
import { type Column, isNumeric } from "../table.ts";

export interface Suspect {
  readonly name: string;
  /** recoded: each value goes with one value of the target and back. */
  readonly kind: "recoded" | "auc" | "information" | "correlation" | "group";
  /**
   * recoded 1; auc of the column alone (0.5 to 1); share of the target's entropy it explains; |rank correlation|; group:
   * share of the target's variance that lies between the column's values.
   */
  readonly value: number;
}

/** From these values on a column is suspected. */
export const suspicion: Readonly<Record<"auc" | "information" | "correlation", number>> = {
  auc: 0.985,
  information: 0.9,
  correlation: 0.99,
};

/**
 * Whether one column alone gives the target away, on the rows given. `classes` is undefined for a regression. Rows
 * without a target must not be among them.
 */
export function suspect(column: Column, target: Column, classes: readonly string[] | undefined): Suspect | undefined {
  const { name } = column;
  if (recodes(column, target)) return { name, kind: "recoded", value: 1 };
  if (classes === undefined) {
    if (!isNumeric(column) || !isNumeric(target)) return undefined;
    const value = Math.abs(correlation(ranksOf(column.data), ranksOf(target.data)));
    return value >= suspicion.correlation ? { name, kind: "correlation", value } : undefined;
  }
  const labels = Array.from({ length: target.data.length }, (_, i) => labelAt(target, i) ?? "");
  if (isNumeric(column) && classes.length === 2) {
    const value = aucOf(column.data, labels, classes[1]!);
    if (value >= suspicion.auc) return { name, kind: "auc", value };
  }
  const value = informationShare(binned(column), labels);
  return value >= suspicion.information ? { name, kind: "information", value } : undefined;
}

/** Whether the values of both map one to one and repeat: values that are all different always do. */
function recodes(column: Column, target: Column): boolean {
  const there = new Map<string, string>();
  const back = new Map<string, string>();
  for (let i = 0; i < target.data.length; i++) {
    const x = labelAt(column, i) ?? "";
    const y = labelAt(target, i) ?? "";
    if ((there.get(x) ?? y) !== y || (back.get(y) ?? x) !== x) return false;
    there.set(x, y);
    back.set(y, x);
  }
  return there.size > 1 && there.size <= target.data.length / 2;
}

/** The area under the ROC curve of the column as a score, in the better direction (by ranks: Mann and Whitney). */
function aucOf(data: Float64Array, labels: readonly string[], positive: string): number {
  const ranks = ranksOf(data);
  let sum = 0;
  let positives = 0;
  labels.forEach((label, i) => {
    if (label !== positive) return;
    sum += ranks[i]!;
    positives++;
  });
  const negatives = labels.length - positives;
  if (positives === 0 || negatives === 0) return 0.5;
  const auc = (sum - (positives * (positives + 1)) / 2) / (positives * negatives);
  return Math.max(auc, 1 - auc);
}

/** Numbers fall in tenths; strings stand for themselves. */
function binned(column: Column): string[] {
  if (!isNumeric(column)) return [...column.data];
  const sorted = sortedPresent(column.data);
  const cuts = [...new Set(Array.from({ length: 9 }, (_, i) => quantileOf(sorted, (i + 1) / 10)))];
  return Array.from(column.data, (value) =>
    Number.isNaN(value) ? "missing" : String(cuts.filter((cut) => value > cut).length),
  );
}

/** I(X; Y) / H(Y), its upward bias from many small cells taken off (Miller 1955); at least 0. */
function informationShare(x: readonly string[], y: readonly string[]): number {
  const n = x.length;
  const xs = tally(x);
  const ys = tally(y);
  const both = tally(x.map((value, i) => JSON.stringify([value, y[i]])));
  const entropy = (counts: Map<string, number>): number =>
    [...counts.values()].reduce((sum, count) => sum - (count / n) * Math.log(count / n), 0);
  const hy = entropy(ys);
  if (hy === 0) return 0;
  const bias = ((xs.size - 1) * (ys.size - 1)) / (2 * n);
  return Math.max(0, (entropy(xs) + hy - entropy(both) - bias) / hy);
}

function tally(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
