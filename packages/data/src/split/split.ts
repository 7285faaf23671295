// Splits a table into parts and folds, by the rows' content.
import { DataError } from "../errors.ts";
import type { Table } from "../table.ts";
import { assignGroups, assignParts } from "./assign.ts";
import { purposes } from "./row-keys.ts";
import { strataOf } from "./strata.ts";
import { groupUnits, rowUnits } from "./units.ts";

export interface SplitOptions {
  /** Shares of the parts by name; they sum to 1. Default { train: 0.6, validation: 0.2, test: 0.2 }. */
  readonly fractions?: Readonly<Record<string, number>>;
  /** Column whose distribution each part keeps; a number with over 20 different values goes by its tenths. */
  readonly stratify?: string;
  /**
   * Column whose equal values stay in one part (a patient, a household): the shares are then of the groups. Rows
   * without a value are groups of their own.
   */
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
 * Row numbers of each part, ascending. Each part is a simple random draw from every stratum: equal rows are cases of
 * their own and fall where chance puts them, unless a group holds them together. A row's draw hangs on what it holds
 * and on the seed, neither on its place nor on the types of its columns: the same rows in another order split alike
 * (equal rows may change places with each other), and where n rows are added, about √n of the others change their part.
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
  const parts = deal(table, shares, options, purposes.split);
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
  const tests = deal(table, new Array<number>(k).fill(1 / k), options, purposes.fold);
  if (tests.some((test) => test.length === 0))
    throw new DataError(
      "too-few-rows",
      `a fold of ${k} would be empty`,
      options.group === undefined ? "Give more rows or fewer folds." : "Give more groups or fewer folds.",
    );
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
  purpose: number,
): Int32Array[] {
  const { stratify, group, seed = 0 } = options;
  const units = group === undefined ? rowUnits(table, seed, purpose) : groupUnits(table, group, seed, purpose);
  const strata =
    stratify === undefined ? new Array<string>(units.sizes.length).fill("") : strataOf(table, stratify, units);
  const assignment = { draws: units.draws, strata, fractions, seed };
  const parts = group === undefined ? assignParts(assignment) : assignGroups({ ...assignment, sizes: units.sizes });
  return fractions.map((_, part) =>
    Int32Array.from(rowsWhere(table.rowCount, (row) => parts[units.unitOf[row]!] === part)),
  );
}

function rowsWhere(rowCount: number, keep: (row: number) => boolean): number[] {
  const rows: number[] = [];
  for (let row = 0; row < rowCount; row++) if (keep(row)) rows.push(row);
  return rows;
}
