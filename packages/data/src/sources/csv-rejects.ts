// The rows that DuckDB's CSV reader refused, one entry a row.
import type { Duck } from "../duck.ts";

export interface CsvReject {
  /** Byte at which the row begins, from 1, in the unpacked file. */
  readonly position: number;
  readonly reason: (names: readonly string[]) => string;
  readonly text: string;
  /** Whether the row's broken quoting took in further lines. */
  readonly swallowed: boolean;
}

interface ErrorRow {
  position: number;
  column: number | null;
  kind: string;
  text: string | null;
  message: string;
}

/** In order of position. Its own `line` counts rows, which are not lines where a quoted value holds a line end. */
export async function readRejects(duck: Duck, table: string): Promise<CsvReject[]> {
  const errors = (await duck.rows(
    `SELECT CAST(line_byte_position AS DOUBLE) AS position, CAST(column_idx AS INTEGER) AS column, CAST(error_type AS VARCHAR) AS kind,
            csv_line AS text, error_message AS message
     FROM ${table} ORDER BY line_byte_position, column_idx`,
  )) as unknown as ErrorRow[];
  const rows = new Map<number, ErrorRow[]>();
  for (const error of errors) rows.set(error.position, [...(rows.get(error.position) ?? []), error]);
  return [...rows].map(([position, list]) => {
    const text = (list[0]!.text ?? "").replace(/^[\r\n]+/, "");
    return {
      position,
      reason: (names) => reasonOf(list, names),
      text: text.slice(0, 500).replace(/[\r\n]+$/, ""),
      swallowed: list.some(({ kind }) => kind === "UNQUOTED VALUE") && /[\r\n]./.test(text),
    };
  });
}

function reasonOf(errors: readonly ErrorRow[], names: readonly string[]): string {
  const kinds = new Set(errors.map(({ kind }) => kind));
  const columns = `${names.length} column${names.length === 1 ? "" : "s"}`;
  if (kinds.has("UNQUOTED VALUE")) return "a quote opens and does not close as it should";
  if (kinds.has("LINE SIZE OVER MAXIMUM")) return "the row is longer than 16 MB";
  if (kinds.has("TOO MANY COLUMNS")) return `more fields than the header's ${columns}`;
  // DuckDB reports each missing field, and counts up: the first says how many there are.
  const found = Math.min(...errors.flatMap(({ message }) => Number(/Found: (\d+)/.exec(message)?.[1] ?? [])));
  if (kinds.has("MISSING COLUMNS")) return `${found} field${found === 1 ? "" : "s"} where the header has ${columns}`;
  const casts = errors.flatMap(({ message, column }) => {
    const cast = /Could not convert string "([\s\S]*)" to '([^']+)'/.exec(message);
    if (cast === null) return [];
    return [`column "${names[(column ?? 1) - 1]}": "${cast[1]}" is not ${typeNames[cast[2]!] ?? cast[2]}`];
  });
  return casts.length > 0 ? casts.join("; ") : errors[0]!.message.split("\n")[0]!;
}

const typeNames: Readonly<Record<string, string>> = {
  DOUBLE: "a number",
  BOOLEAN: "a boolean",
  "TIMESTAMP WITH TIME ZONE": "a time in ISO 8601",
};
