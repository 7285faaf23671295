// Columns that know the target too well: most often they were written after it, or from it.
import { labelAt } from "../schema.ts";
import { correlation, quantileOf, rankSum, ranksOf } from "../statistics.ts";
import { type Column, isNumeric, type NumericColumn } from "../table.ts";
import type { Sorted } from "./sorted.ts";

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
 * Tells of a column whether it alone gives the target away, on the rows given. `classes` is undefined for a regression.
 * Rows without a target must not be among them.
 */
export function suspectIn(
  target: Column,
  classes: readonly string[] | undefined,
  sortedOf: Sorted,
): (column: Column) => Suspect | undefined {
  const ranks = classes === undefined && isNumeric(target) ? ranksOf(target.data, sortedOf(target)) : undefined;
  const labels = classes === undefined ? undefined : codesOf(target);
  const positive = classes?.length === 2 ? positivesOf(target, classes[1]!) : undefined;
  return (column) => {
    const { name } = column;
    if (recodes(column, target)) return { name, kind: "recoded", value: 1 };
    if (labels === undefined) {
      if (!isNumeric(column) || ranks === undefined) return undefined;
      const value = Math.abs(correlation(ranksOf(column.data, sortedOf(column)), ranks));
      return value >= suspicion.correlation ? { name, kind: "correlation", value } : undefined;
    }
    if (isNumeric(column) && positive !== undefined) {
      const value = aucOf(column, positive, sortedOf);
      if (value >= suspicion.auc) return { name, kind: "auc", value };
    }
    const value = informationShare(binned(column, sortedOf), labels);
    return value >= suspicion.information ? { name, kind: "information", value } : undefined;
  };
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
    if (there.size > target.data.length / 2) return false;
  }
  return there.size > 1;
}

/** 1 for each row of the class. */
function positivesOf(target: Column, label: string): Uint8Array {
  return Uint8Array.from({ length: target.data.length }, (_, row) => Number(labelAt(target, row) === label));
}

/** The area under the ROC curve of the column as a score, in the better direction (by ranks: Mann and Whitney). */
function aucOf(column: NumericColumn, positive: Uint8Array, sortedOf: Sorted): number {
  const { data } = column;
  const some = new Float64Array(data.length);
  let present = 0;
  let positives = 0;
  for (let row = 0; row < data.length; row++) {
    if (positive[row] === 0) continue;
    positives++;
    if (!Number.isNaN(data[row]!)) some[present++] = data[row]!;
  }
  const negatives = data.length - positives;
  if (positives === 0 || negatives === 0) return 0.5;
  const sorted = sortedOf(column);
  const missing = { some: positives - present, all: data.length - sorted.length };
  const sum = rankSum(some.subarray(0, present).sort(), sorted, missing);
  const auc = (sum - (positives * (positives + 1)) / 2) / (positives * negatives);
  return Math.max(auc, 1 - auc);
}

/** Values as whole numbers from 0. */
interface Codes {
  readonly codes: Int32Array;
  readonly count: number;
}

/** Equal values have one code, missing ones too. */
function codesOf({ data }: Column): Codes {
  const known = new Map<number | string, number>();
  const codes = new Int32Array(data.length);
  for (let row = 0; row < codes.length; row++) {
    const value = data[row]!;
    let code = known.get(value);
    if (code === undefined) {
      code = known.size;
      known.set(value, code);
    }
    codes[row] = code;
  }
  return { codes, count: known.size };
}

/** Numbers fall in tenths, and missing ones in a bin of their own; strings stand for themselves. */
function binned(column: Column, sortedOf: Sorted): Codes {
  if (!isNumeric(column)) return codesOf(column);
  const sorted = sortedOf(column);
  const cuts = [...new Set(Array.from({ length: 9 }, (_, i) => quantileOf(sorted, (i + 1) / 10)))];
  const codes = new Int32Array(column.data.length);
  for (let row = 0; row < codes.length; row++) {
    const value = column.data[row]!;
    let code = 0;
    for (let i = 0; i < cuts.length; i++) if (value > cuts[i]!) code++;
    codes[row] = Number.isNaN(value) ? cuts.length + 1 : code;
  }
  return { codes, count: cuts.length + 2 };
}

/** I(X; Y) / H(Y), its upward bias from many small cells taken off (Miller 1955); at least 0. */
function informationShare(x: Codes, y: Codes): number {
  const n = x.codes.length;
  const xs = new Float64Array(x.count);
  const ys = new Float64Array(y.count);
  const both = new Map<number, number>();
  for (let row = 0; row < n; row++) {
    const a = x.codes[row]!;
    const b = y.codes[row]!;
    xs[a]!++;
    ys[b]!++;
    const pair = a * y.count + b;
    both.set(pair, (both.get(pair) ?? 0) + 1);
  }
  const entropy = (counts: Iterable<number>): number => {
    let sum = 0;
    for (const count of counts) if (count > 0) sum -= (count / n) * Math.log(count / n);
    return sum;
  };
  const different = (counts: Float64Array): number => counts.reduce((sum, count) => sum + Number(count > 0), 0);
  const hy = entropy(ys);
  if (hy === 0) return 0;
  const bias = ((different(xs) - 1) * (different(ys) - 1)) / (2 * n);
  return Math.max(0, (entropy(xs) + hy - entropy(both.values()) - bias) / hy);
}
