// What each column of a table is for: target, feature, or left out with the reason.

import type { ColumnType } from "./column-type.ts";
import { DataError } from "./errors.ts";
import { listNames, suggestName } from "./names.ts";
import type { ColumnReading } from "./reading/column-reading.ts";
import { type Column, isNumeric, type Table } from "./table.ts";

export interface SchemaFeature {
  readonly name: string;
  readonly type: ColumnType;
  /** Different values of a category, sorted. */
  readonly categories?: readonly string[];
}

export interface SchemaTarget {
  readonly name: string;
  readonly type: ColumnType;
  /** The classes as strings in a stable order (numbers by size, else by code point); undefined for a regression. */
  readonly classes: readonly string[] | undefined;
  /** The class whose probability a binary task reports. */
  readonly positive?: string;
  /** Rows in which the target is missing; `withTarget` puts them aside. */
  readonly missing: number;
  /** How its values were read; absent where they never were text. */
  readonly reading?: ColumnReading;
}

export interface LeftOut {
  readonly name: string;
  readonly reason: string;
}

export interface Schema {
  readonly target?: SchemaTarget;
  readonly features: readonly SchemaFeature[];
  readonly leftOut: readonly LeftOut[];
  /** The column whose equal values belong together (a patient's visits): never a feature, and never split. */
  readonly group?: string;
}

export interface SchemaOptions {
  readonly target?: string;
  /** The column whose equal values belong together, such as a patient's number. */
  readonly group?: string;
  /** Default for two classes: the one of 1, true, yes, bad, positive, … that is there, else the rarer class. */
  readonly positive?: string | number | boolean;
  /** Columns to leave out. */
  readonly exclude?: readonly string[];
}

/** A numeric target with at most this many different values, all whole, is a classification. */
export const classLimit = 20;

/**
 * Roles of the columns. The target is a classification if it is a category or a boolean, or a number with at most
 * `classLimit` different values that are all whole; else a regression. Left out: columns that count the rows,
 * constants, codes that mostly differ, strings without blanks that differ in every row, and what the caller excludes.
 * Throws `target-missing`, `target-all-missing`, `target-one-class`, `positive-unknown`, `wrong-column-type` (a target
 * of free text or time), `empty-table`, `unknown-column` (an excluded name, the group), `invalid-option`.
 */
export function inferSchema(table: Table, options: SchemaOptions = {}): Schema {
  if (table.rowCount === 0) throw new DataError("empty-table", "the table has no row", "Give a table with rows.");
  const names = table.columns.map(({ name }) => name);
  for (const name of options.exclude ?? []) {
    if (!names.includes(name))
      throw new DataError("unknown-column", `no column "${name}" to leave out`, suggestName(name, names), undefined, {
        column: name,
      });
  }
  const { group } = options;
  if (group !== undefined) checkGroup(group, options.target, names);
  const features: SchemaFeature[] = [];
  const leftOut: LeftOut[] = [];
  for (const column of table.columns) {
    const { name, type } = column;
    if (name === options.target) continue;
    const reason = reasonFor(column, options);
    if (reason !== undefined) leftOut.push({ name, reason });
    else if (type === "category") features.push({ name, type, categories: differentStrings(column.data) });
    else features.push({ name, type });
  }
  const roles = { features, leftOut, ...(group === undefined ? {} : { group }) };
  if (options.target === undefined) return roles;
  return { target: inferTarget(table, options.target, options.positive), ...roles };
}

function checkGroup(group: string, target: string | undefined, names: readonly string[]): void {
  if (!names.includes(group))
    throw new DataError(
      "unknown-column",
      `the table has no column "${group}" to group rows by; it has ${listNames(names)}`,
      suggestName(group, names),
      undefined,
      { column: group },
    );
  if (group === target)
    throw new DataError(
      "invalid-option",
      `the column "${group}" is named as the target and as the group`,
      "Name as the group the column that says which rows belong together, such as a person's number.",
    );
}

function inferTarget(table: Table, name: string, positive: SchemaOptions["positive"]): SchemaTarget {
  const names = table.columns.map((column) => column.name);
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column === undefined)
    throw new DataError(
      "target-missing",
      `the table has no column "${name}" to learn; it has ${listNames(names)}`,
      suggestName(name, names),
    );
  const values = new Map<string, number>();
  let missing = 0;
  for (let i = 0; i < table.rowCount; i++) {
    const label = labelAt(column, i);
    if (label === undefined) missing++;
    else values.set(label, (values.get(label) ?? 0) + 1);
  }
  if (values.size === 0)
    throw new DataError(
      "target-all-missing",
      `the target "${name}" has no value in any of ${table.rowCount} rows`,
      "Give labels, or name another column as the target.",
    );
  if (values.size === 1)
    throw new DataError(
      "target-one-class",
      `the target "${name}" is "${[...values.keys()][0]}" in every row`,
      column.type === "number"
        ? "Give rows with at least two different values: there is nothing to learn."
        : "Give rows of at least two classes: there is nothing to tell apart.",
    );
  if (column.type === "timestamp" || column.type === "text")
    throw new DataError(
      "wrong-column-type",
      `the target "${name}" is a column of type ${column.type} with ${values.size} different values`,
      "Name a column of numbers or of a few classes; declare the type category if its values are classes.",
    );
  const reading = column.reading === undefined ? {} : { reading: column.reading };
  const whole = [...values.keys()].every((value) => Number.isInteger(Number(value)));
  if (column.type === "number" && !(whole && values.size <= classLimit)) {
    if (positive !== undefined)
      throw new DataError(
        "positive-unknown",
        `a positive value is given, but the target "${name}" has ${values.size} different numbers, not classes`,
        "Leave the positive value out: this is a regression.",
      );
    return { name, type: column.type, classes: undefined, missing, ...reading };
  }
  const classes = [...values.keys()].sort(column.type === "number" ? (a, b) => Number(a) - Number(b) : byCodePoint);
  const chosen = positiveClass(name, column.type, classes, values, positive);
  return {
    name,
    type: column.type,
    classes,
    missing,
    ...reading,
    ...(chosen === undefined ? {} : { positive: chosen }),
  };
}

const positiveWords = ["1", "true", "yes", "y", "positive", "pos", "bad", "default", "fraud", "spam", "churn", "event"];

function positiveClass(
  name: string,
  type: ColumnType,
  classes: readonly string[],
  counts: ReadonlyMap<string, number>,
  given: SchemaOptions["positive"],
): string | undefined {
  if (given !== undefined) {
    const wanted = String(given);
    const found = classes.find(
      (label) =>
        label === wanted ||
        (type === "number" && wanted.trim() !== "" && Number(label) === Number(wanted)) ||
        (type === "boolean" && (label === wanted.toLowerCase() || Number(label === "true") === Number(wanted))),
    );
    if (found !== undefined) return found;
    throw new DataError(
      "positive-unknown",
      `the target "${name}" has no class "${wanted}"; its classes are ${listNames(classes)}`,
      suggestName(wanted, classes),
    );
  }
  if (classes.length !== 2) return undefined;
  const [first, second] = classes as [string, string];
  for (const word of positiveWords) {
    const found = classes.find((label) => label.toLowerCase() === word);
    if (found !== undefined) return found;
  }
  return counts.get(first)! < counts.get(second)! ? first : second;
}

/** The class of a row as a string: numbers in their shortest form, booleans as true and false; undefined if missing. */
export function labelAt(column: Column, row: number): string | undefined {
  if (!isNumeric(column)) return column.data[row] || undefined;
  const value = column.data[row]!;
  return Number.isNaN(value) ? undefined : labelOf(column, value);
}

/** `labelAt` of a value that is there. */
export function labelOf({ type }: Pick<Column, "type">, value: number): string {
  return type === "boolean" ? (value === 0 ? "false" : "true") : String(value === 0 ? 0 : value);
}

function reasonFor(column: Column, { exclude, group }: SchemaOptions): string | undefined {
  if (column.name === group) return "the group: its rows stay together";
  return exclude?.includes(column.name) ? "excluded" : reasonToLeaveOut(column);
}

function reasonToLeaveOut(column: Column): string | undefined {
  const { data } = column;
  const first = data.findIndex((value) => value !== "" && !Number.isNaN(value));
  if (first === -1) return "every value is missing";
  const { missing, constant } = spreadOf(data, data[first]!);
  // A value beside missing ones still tells something: whether it is there.
  if (constant && missing === 0) return `constant: every value is ${JSON.stringify(data[first])}`;
  if (constant) return undefined;
  if (isNumeric(column)) return column.type === "number" && countsRows(column) ? "it only counts the rows" : undefined;
  const codes = column.reading?.codes;
  const asCodes =
    codes === undefined
      ? ""
      : `; its values are ${codes}, taken as codes: --type ${column.name}=number reads numbers, --type ${column.name}=category categories`;
  const words = (): boolean => column.data.some((value) => /\s/.test(value.trim()));
  if (missing === 0 && data.length >= 20 && allDifferent(column.data) && !words())
    return `identifier: a different value in every row${asCodes}`;
  return column.type === "text" && codes !== undefined ? `codes: mostly different values${asCodes}` : undefined;
}

/** How many values are missing, and whether the others are all this one. */
function spreadOf(data: Column["data"], value: number | string): { missing: number; constant: boolean } {
  let missing = 0;
  let constant = true;
  for (let row = 0; row < data.length; row++) {
    const other = data[row]!;
    if (other === "" || Number.isNaN(other)) missing++;
    else if (other !== value) constant = false;
  }
  return { missing, constant };
}

function allDifferent(data: readonly string[]): boolean {
  const seen = new Set<string>();
  for (const value of data) {
    if (seen.has(value)) return false;
    seen.add(value);
  }
  return true;
}

/**
 * Whether a column numbers the rows: whole numbers, all different, that grow (or fall) from row to row and fill at
 * least half of their range (rows may have been taken out), or are 0 or 1 to n in any order, or are called an id.
 */
export function countsRows({ name, data }: { name: string; data: Float64Array }): boolean {
  const n = data.length;
  if (n < 10) return false;
  let rising = true;
  let falling = true;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < n; i++) {
    const value = data[i]!;
    if (!Number.isInteger(value)) return false;
    if (i > 0 && value <= data[i - 1]!) rising = false;
    if (i > 0 && value >= data[i - 1]!) falling = false;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const span = high - low + 1;
  if (rising || falling) return span <= 2 * n || identifierName.test(name);
  if (span < n || new Set(data).size < n) return false;
  return ((low === 0 || low === 1) && span === n) || identifierName.test(name);
}

const identifierName = /^(id|index|idx|row|row_?(id|number|num|index)|unnamed.*|column_1|.+_id)$/i;

function differentStrings(data: readonly string[]): string[] {
  const found = new Set(data);
  found.delete("");
  return [...found].sort(byCodePoint);
}

const byCodePoint = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
