// A row to score, and what can be wrong with it.
import { type Cell, readCell, wantedForm } from "@lepta/data";
import { inputKinds } from "../inputs/index.ts";
import type { ManifestInput } from "./manifest.ts";

/**
 * Fields by column name. null: missing. Each value is read by its column's reading, as a file's cell is: a string may
 * be a number or a time as the training data wrote them, "NA" is missing where it was then. A number in a column of
 * times is milliseconds since 1970 (UTC); so is a `Date`.
 */
export type Row = Readonly<Record<string, number | string | boolean | null | Date>>;

export interface RowProblem {
  readonly kind: "unknown-field" | "missing-field" | "wrong-type" | "out-of-range";
  readonly field: string;
  /** What is wrong and what to give instead. */
  readonly message: string;
}

/** Everything that is wrong with `row`; empty where it can be scored. Takes anything: it may come from outside. */
export function rowProblems(row: unknown, inputs: readonly ManifestInput[]): RowProblem[] {
  if (typeof row !== "object" || row === null || Array.isArray(row))
    return [{ kind: "wrong-type", field: "", message: "A row is an object with one field a column." }];
  const fields = row as Record<string, unknown>;
  const problems: RowProblem[] = [];
  for (const input of inputs) {
    const { name } = input;
    if (!Object.hasOwn(fields, name) || fields[name] === undefined)
      problems.push({
        kind: "missing-field",
        field: name,
        message: `"${name}" is not there; give null if it is missing.`,
      });
    else if (cellOf(fields[name], input) === undefined) problems.push(unreadable(fields[name], input));
  }
  const known = new Set(inputs.map(({ name }) => name));
  for (const name of Object.keys(fields))
    if (!known.has(name))
      problems.push({ kind: "unknown-field", field: name, message: `The model has no column "${name}".` });
  return problems;
}

/**
 * Says yes to rows that are plainly right and that any store holds, for a tenth of what listing every problem costs;
 * no means look closely. It is made once for a model and runs for every request.
 */
export function plainRow(inputs: readonly ManifestInput[]): (row: unknown) => boolean {
  const columns = inputs.map(({ name, type }) => ({ name, plain: inputKinds[type].plain }));
  return (row) => {
    if (typeof row !== "object" || row === null) return false;
    // Then whatever is inherited is a function or an object: never plainly right.
    const prototype: unknown = Object.getPrototypeOf(row);
    if (prototype !== Object.prototype && prototype !== null) return false;
    const fields = row as Record<string, unknown>;
    let count = 0;
    for (const _ in fields) count++;
    if (count !== columns.length) return false;
    for (const { name, plain } of columns) {
      const value = fields[name];
      if (value !== null && !plain(value)) return false;
    }
    return true;
  };
}

/** A raw value as the model takes it; undefined where it cannot be read. */
export function cellOf(value: unknown, { reading }: ManifestInput): Cell {
  return readCell(reading, value);
}

/** A value of a type that the column takes is out of its range. */
function unreadable(value: unknown, { name, type, reading }: ManifestInput): RowProblem {
  const wanted = wantedForm(reading);
  if (inputKinds[type].raw.some((taken) => typeof value === taken))
    return { kind: "out-of-range", field: name, message: `"${name}" is ${shown(value)}; give ${wanted}.` };
  return {
    kind: "wrong-type",
    field: name,
    message: `"${name}" is ${shown(value)}; give ${wanted}, or null if it is missing.`,
  };
}

function shown(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  return Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : String(value);
}
