// Splits a table into parts and folds, by the rows' content.
import { canonicalValue } from "../content-hash.ts";
import { DataError } from "../errors.ts";
import { columnOf, isNumeric, type Table } from "../table.ts";
import { assignParts } from "./assign.ts";

export interface SplitOptions {
  /** Shares of the parts by name; they sum to 1. Default { train: 0.6, validation: 0.2, test: 0.2 }. */
  readonly fractions?: Readonly<Record<string, number>>;
  /** Column whose distribution each part keeps; a number with over 20 different values goes by its tenths. */
  readonly stratify?: string;
  /** Column whose equal values stay in one part (a patient, a household); counts are then as near as they can be. */
  readonly group?: string;
  /** Default 0. */
  readonly seed?: number;
}

export interface FoldOptions {
  readonly k: number;
  readonly stratify?: string;
  readonly group?: string;
  /** Default 0. */
  readonly seed?: number;
}

export interface Fold {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

export type ThreeParts = { train: Int32Array; validation: Int32Array; test: Int32Array };

/**
 * Row numbers of each part, ascending. A row's part hangs on its content, on the other rows' content and on the seed,
 * not on its place: the same rows in another order split alike. Equal rows never come apart.
 * Throws `invalid-option`, `unknown-column`, `too-few-rows` (a part with a share above 0 got no row).
 */
export function splitTable(table: Table, options?: SplitOptions & { readonly fractions?: undefined }): ThreeParts;
export function splitTable<P extends string>(
  table: Table,
  options: SplitOptions & { readonly fractions: Readonly<Record<P, number>> },
): Record<P, Int32Array>;
export function splitTable(table: Table, options: SplitOptions = {}): Record<string, Int32Array> {
  const fractions = options.fractions ?? { train: 0.6, validation: 0.2, test: 0.2 };
  const names = Object.keys(fractions);
  const shares = Object.values(fractions);
  const sum = shares.reduce((total, share) => total + share, 0);
  if (names.length === 0 || shares.some((share) => !(share >= 0)) || Math.abs(sum - 1) > 1e-6)
    throw new DataError(
      "invalid-option",
      `the fractions ${JSON.stringify(fractions)} sum to ${sum}`,
      "Give shares of at least 0 that sum to 1, such as { train: 0.6, validation: 0.2, test: 0.2 }.",
    );
  const parts = deal(table, shares, options);
  names.forEach((name, part) => {
    if (shares[part]! > 0 && parts[part]!.length === 0)
      throw new DataError(
        "too-few-rows",
        `${table.rowCount} rows are too few for the parts ${partsText(fractions)}: "${name}" would be empty`,
        options.group === undefined ? "Give more rows, or fewer parts." : "Give more groups, or fewer parts.",
      );
  });
  return Object.fromEntries(names.map((name, part) => [name, parts[part]!]));
}

/** "train (60 %), validation (20 %), test (20 %)". */
function partsText(fractions: Readonly<Record<string, number>>): string {
  const percent = (share: number): number => Number((100 * share).toFixed(1));
  return Object.entries(fractions)
    .map(([name, share]) => `${name} (${percent(share)} %)`)
    .join(", ");
}

/** K folds, stratified and shuffled like `splitTable`. Throws `invalid-option`, `unknown-column`, `too-few-rows`. */
export function kFold(table: Table, options: FoldOptions): Fold[] {
  const { k } = options;
  if (!Number.isInteger(k) || k < 2)
    throw new DataError("invalid-option", `${k} folds cannot be made`, "Give a whole number of at least 2.");
  if (k > table.rowCount)
    throw new DataError(
      "too-few-rows",
      `${table.rowCount} rows cannot make ${k} folds`,
      "Give more rows or fewer folds.",
    );
  const tests = deal(table, new Array<number>(k).fill(1 / k), options);
  if (tests.some((test) => test.length === 0))
    throw new DataError("too-few-rows", `a fold of ${k} would be empty`, "Give more different rows or fewer folds.");
  return tests.map((test) => {
    const inTest = new Uint8Array(table.rowCount);
    for (const row of test) inTest[row] = 1;
    return { test, train: Int32Array.from(rowsWhere(table.rowCount, (row) => inTest[row] === 0)) };
  });
}

function deal(
  table: Table,
  fractions: readonly number[],
  options: { stratify?: string; group?: string; seed?: number },
): Int32Array[] {
  const keys = options.group === undefined ? table.rowHashes : groupKeys(table, options.group);
  const strata =
    options.stratify === undefined ? new Array<string>(table.rowCount).fill("") : strataOf(table, options.stratify);
  const parts = assignParts({ keys, strata, fractions, seed: options.seed ?? 0 });
  return fractions.map((_, part) => Int32Array.from(rowsWhere(table.rowCount, (row) => parts[row] === part)));
}

function rowsWhere(rowCount: number, keep: (row: number) => boolean): number[] {
  const rows: number[] = [];
  for (let row = 0; row < rowCount; row++) if (keep(row)) rows.push(row);
  return rows;
}

/** A row without a group is a group of its own content. */
function groupKeys(table: Table, name: string): string[] {
  const { data } = columnOf(table, name);
  return table.rowHashes.map((hash, row) => {
    const value = canonicalValue(data[row]!);
    return value === undefined ? `row:${hash}` : `group:${value}`;
  });
}

const numericStrata = 20;

function strataOf(table: Table, name: string): string[] {
  const column = columnOf(table, name);
  if (isNumeric(column)) {
    const present = column.data.filter((value) => !Number.isNaN(value)).sort();
    if (new Set(present).size > numericStrata) {
      const cuts = Array.from({ length: 9 }, (_, i) => present[Math.floor(((i + 1) * present.length) / 10)]!);
      return Array.from(column.data, (value) =>
        Number.isNaN(value) ? "missing" : String(cuts.filter((cut) => value >= cut).length),
      );
    }
  }
  return Array.from(table.rowHashes, (_, row) => canonicalValue(column.data[row]!) ?? "missing");
}
