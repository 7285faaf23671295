// A row to score, and what can be wrong with it.
import { parseTime } from "@lepta/data";
import type { ManifestInput } from "./manifest.ts";

/** Fields by column name. null: missing. A timestamp is ISO 8601 (UTC where it has no offset), or milliseconds since 1970 (UTC). */
export type Row = Readonly<Record<string, number | string | boolean | null>>;

export interface RowProblem {
  readonly kind: "unknown-field" | "missing-field" | "wrong-type" | "out-of-range";
  readonly field: string;
  /** What is wrong and what to give instead. */
  readonly message: string;
}

/** Latest time that a Date can hold, in ms either way. */
const latest = 8.64e15;

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
    else if (fields[name] !== null) problems.push(...valueProblems(fields[name], input));
  }
  const known = new Set(inputs.map(({ name }) => name));
  for (const name of Object.keys(fields))
    if (!known.has(name))
      problems.push({ kind: "unknown-field", field: name, message: `The model has no column "${name}".` });
  return problems;
}

function valueProblems(value: unknown, { name, type }: ManifestInput): RowProblem[] {
  const wrong = (wanted: string): RowProblem[] => [
    {
      kind: "wrong-type",
      field: name,
      message: `"${name}" is ${shown(value)}; give ${wanted}, or null if it is missing.`,
    },
  ];
  const range = (wanted: string): RowProblem[] => [
    { kind: "out-of-range", field: name, message: `"${name}" is ${shown(value)}; give ${wanted}.` },
  ];
  if (type === "category") return typeof value === "string" ? [] : wrong("a string");
  if (type === "boolean") return typeof value === "boolean" ? [] : wrong("true or false");
  if (type === "number") {
    if (typeof value !== "number") return wrong("a number");
    return Number.isFinite(value) ? [] : range("a finite number");
  }
  if (typeof value === "number") return Math.abs(value) <= latest ? [] : range("milliseconds since 1970");
  if (typeof value !== "string") return wrong("a time in ISO 8601");
  return Number.isNaN(parseTime(value)) ? range("a time in ISO 8601") : [];
}

function shown(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  return Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : String(value);
}
