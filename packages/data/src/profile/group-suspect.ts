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
  const groups = new Map<string, number[]>();
  for (let row = 0; row < column.data.length; row++) {
    const value = plainValue(column, row);
    if (value === undefined) continue;
    const rows = groups.get(value);
    if (rows === undefined) groups.set(value, [row]);
    else rows.push(row);
  }
  const shared = [...groups.values()].filter(({ length }) => length > 1);
  const rows = shared.reduce((sum, { length }) => sum + length, 0);
  if (shared.length < fewestValues || rows < fewestRows || rows < column.data.length / 2) return undefined;
  const value = intraclass(shared, indicators(target, classes));
  return value >= between ? { name: column.name, kind: "group", value } : undefined;
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

/** 1 − mean square within groups / variance of all of them; 0 where nothing varies. */
function intraclass(groups: readonly number[][], targets: readonly Float64Array[]): number {
  let within = 0;
  let whole = 0;
  const rows = groups.reduce((sum, { length }) => sum + length, 0);
  for (const values of targets) {
    const all = groups.flat();
    whole += squares(all, values) / (rows - 1);
    for (const group of groups) within += squares(group, values) / (rows - groups.length);
  }
  return whole > 0 ? 1 - within / whole : 0;
}

function squares(rows: readonly number[], values: Float64Array): number {
  let sum = 0;
  for (const row of rows) sum += values[row]!;
  const mean = sum / rows.length;
  return rows.reduce((total, row) => total + (values[row]! - mean) ** 2, 0);
}
