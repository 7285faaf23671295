// Columns that say which rows belong together, a patient's visits say, though nobody named them as the group.

import { labelAt } from "../schema.ts";
import { plainValue } from "../split/row-keys.ts";
import { type Column, isNumeric } from "../table.ts";
import type { Suspect } from "./leakage.ts";

/** Last words of names such as patient_id, customerKey, "case no". */
const identifiers = new Set("id ids uuid guid key nr no num number ref code hash".split(" "));
/** What rows are often several of. */
const owners = new Set(
  (
    "patient person people customer client user subject member household family account device session student " +
    "participant animal machine vehicle driver employee player owner respondent group cluster site"
  ).split(" "),
);

/** From this share of the target's variance that lies between the column's values on, the answer hardly differs in it. */
const between = 0.7;
const fewestValues = 5;
const fewestRows = 20;

/**
 * Suspected where the column is called an id or what rows may be several of, most rows share their value with another,
 * and the target hardly differs among them: `value` is the share of its variance that lies between the values (the
 * intraclass correlation of the one-way analysis of variance, Fisher 1925; for classes of their indicators). Rows with
 * the same id on both sides of a split then give the answer away. Rows without a target must not be among them.
 */
export function suspectGroup(
  column: Column,
  target: Column,
  classes: readonly string[] | undefined,
): Suspect | undefined {
  if (!namesAnOwner(column.name)) return undefined;
  const { groupOf, sizes } = groupsIn(column);
  let shared = 0;
  let rows = 0;
  for (const size of sizes) {
    if (size < 2) continue;
    shared++;
    rows += size;
  }
  if (shared < fewestValues || rows < fewestRows || rows < column.data.length / 2) return undefined;
  const value = intraclass(groupOf, sizes, indicators(target, classes));
  return value >= between ? { name: column.name, kind: "group", value } : undefined;
}

/** The group of each row, -1 where the value is missing, and how many rows each has. */
function groupsIn(column: Column): { groupOf: Int32Array; sizes: readonly number[] } {
  const known = new Map<number | string, number>();
  const sizes: number[] = [];
  const groupOf = new Int32Array(column.data.length).fill(-1);
  for (let row = 0; row < groupOf.length; row++) {
    // A number's plain value is the number.
    const value = isNumeric(column) ? column.data[row]! : plainValue(column, row);
    if (value === undefined || Number.isNaN(value)) continue;
    let group = known.get(value);
    if (group === undefined) {
      group = sizes.push(0) - 1;
      known.set(value, group);
    }
    groupOf[row] = group;
    sizes[group]!++;
  }
  return { groupOf, sizes };
}

function namesAnOwner(name: string): boolean {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
  const last = words.at(-1) ?? "";
  return (
    identifiers.has(last) ||
    (/.(id|uuid)$/.test(last) && owners.has(last.replace(/(id|uuid)$/, ""))) ||
    owners.has(last)
  );
}

/** The target as numbers: itself, or one indicator a class. */
function indicators(target: Column, classes: readonly string[] | undefined): Float64Array[] {
  if (classes === undefined) return isNumeric(target) ? [target.data] : [];
  return classes.map((label) =>
    Float64Array.from({ length: target.data.length }, (_, row) => Number(labelAt(target, row) === label)),
  );
}

/** 1 − mean square within groups of two rows and more / variance of all of these; 0 where nothing varies. */
function intraclass(groupOf: Int32Array, sizes: readonly number[], targets: readonly Float64Array[]): number {
  let groups = 0;
  let rows = 0;
  for (const size of sizes) {
    if (size < 2) continue;
    groups++;
    rows += size;
  }
  let within = 0;
  let whole = 0;
  for (const values of targets) {
    const means = new Float64Array(sizes.length);
    let mean = 0;
    for (let row = 0; row < groupOf.length; row++) {
      const group = groupOf[row]!;
      if (group < 0 || sizes[group]! < 2) continue;
      means[group]! += values[row]! / sizes[group]!;
      mean += values[row]! / rows;
    }
    for (let row = 0; row < groupOf.length; row++) {
      const group = groupOf[row]!;
      if (group < 0 || sizes[group]! < 2) continue;
      whole += (values[row]! - mean) ** 2 / (rows - 1);
      within += (values[row]! - means[group]!) ** 2 / (rows - groups);
    }
  }
  return whole > 0 ? 1 - within / whole : 0;
}
