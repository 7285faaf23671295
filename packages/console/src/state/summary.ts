// A stage's summary arranged for reading: single figures, and small tables where it holds records of one form.
import type { Stage } from "@lepta/api";

export type Json = NonNullable<Stage["summary"]>[string];
type Record_ = Readonly<Record<string, Json>>;

export interface SummaryTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Json[])[];
}
export interface ArrangedSummary {
  readonly figures: readonly (readonly [name: string, value: Json])[];
  readonly tables: readonly SummaryTable[];
}

/**
 * A list of records is a table with a row each; a record of records is one whose first column are their names; a record
 * of plain values has two columns. Everything else is a figure.
 */
export function arrangeSummary(summary: Record_): ArrangedSummary {
  const figures: [string, Json][] = [];
  const tables: SummaryTable[] = [];
  for (const [name, value] of Object.entries(summary)) {
    const rows = rowsOf(value);
    if (rows === undefined) figures.push([name, value]);
    else {
      // What names a row goes first: the store keeps a record's fields in an order of its own.
      const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
      const isText = (column: string) => rows.some((row) => typeof row[column] === "string");
      const columns = [...names.filter(isText), ...names.filter((column) => !isText(column))];
      tables.push({ name, columns, rows: rows.map((row) => columns.map((column) => row[column] ?? null)) });
    }
  }
  return { figures, tables };
}

function rowsOf(value: Json): Record_[] | undefined {
  if (Array.isArray(value)) return value.length > 0 && value.every(isRecord) ? value : undefined;
  if (!isRecord(value)) return undefined;
  const entries = Object.entries(value);
  if (entries.length === 0) return undefined;
  return entries.map(([name, inner]) => (isRecord(inner) ? { "": name, ...inner } : { "": name, value: inner }));
}

function isRecord(value: Json): value is Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Every figure under the path of its names, so that two runs' can be put beside each other. */
export function flatFigures(summary: Record_): Map<string, Json> {
  const flat = new Map<string, Json>();
  const walk = (path: string, value: Json): void => {
    if (Array.isArray(value) && value.every(isRecord)) {
      // A row goes by its first text, which names it: rows may stand in another order in another run.
      for (const [i, row] of value.entries()) {
        const [key] = Object.entries(row).find(([, cell]) => typeof cell === "string") ?? [];
        const { [key ?? ""]: own, ...rest } = row;
        walk(joined(path, key === undefined ? String(i + 1) : String(own)), rest);
      }
    } else if (isRecord(value)) for (const [name, inner] of Object.entries(value)) walk(joined(path, name), inner);
    else flat.set(path, value);
  };
  walk("", summary);
  return flat;
}

const joined = (path: string, name: string): string => (path === "" ? name : `${path} › ${name}`);
