// Stored predictions as a file: every page of a filtered list, as CSV or NDJSON.
import type { ApiClient, PredictionRecord } from "@lepta/api";
import { viewOf } from "../outcomes/index.ts";
import type { Cell } from "../outcomes/outcome-view.ts";

export type ExportFormat = "csv" | "ndjson";
export type PredictionFilter = Omit<
  NonNullable<Parameters<ApiClient["predictions"]>[0]>,
  "limit" | "cursor" | "signal"
>;

/** Most predictions in one file: what a page can hold in memory. */
export const exportLimit = 200_000;
/** The API's largest page. */
const pageSize = 500;

/** Reads all pages. @param onCount how many were read so far */
export async function readAll(
  client: Pick<ApiClient, "predictions">,
  filter: PredictionFilter,
  onCount: (count: number) => void,
  limit = exportLimit,
): Promise<{ records: PredictionRecord[]; complete: boolean }> {
  const records: PredictionRecord[] = [];
  let cursor: string | undefined;
  for (;;) {
    const page = await client.predictions({ ...filter, limit: pageSize, cursor });
    records.push(...page.items);
    onCount(records.length);
    if (page.nextCursor === null) return { records, complete: true };
    if (records.length >= limit) return { records: records.slice(0, limit), complete: false };
    cursor = page.nextCursor;
  }
}

/** One prediction a line; the row's fields under their own names, after "row.". */
export function fileOf(records: readonly PredictionRecord[], format: ExportFormat): string {
  if (format === "ndjson") return records.map((record) => `${JSON.stringify(record)}\n`).join("");
  const fields = [...new Set(records.flatMap(({ row }) => Object.keys(row)))];
  const answers = records.map(({ outcome }) => viewOf(outcome).cells(outcome));
  const answered = [...new Set(answers.flatMap((cells) => Object.keys(cells)))];
  const header = [...fixed.map(([name]) => name), ...answered];
  const lines = [
    [...header, ...fields.map((name) => `row.${name}`)],
    ...records.map((record, i) => [
      ...fixed.map(([, value]) => value(record)),
      ...answered.map((name) => answers[i]?.[name] ?? null),
      ...fields.map((name) => record.row[name] ?? null),
    ]),
  ];
  return lines.map((cells) => `${cells.map(cellText).join(",")}\r\n`).join("");
}

const fixed: readonly [string, (record: PredictionRecord) => Cell][] = [
  ["id", ({ id }) => id],
  ["at", ({ at }) => at],
  ["product", ({ product }) => product],
  ["model", ({ model }) => model.name],
  ["version", ({ model }) => model.version],
  ["variant", ({ variant }) => variant],
  ["truth", ({ outcome, feedback }) => (feedback ? viewOf(outcome).labelCell(feedback.label) : null)],
  ["truthAt", ({ feedback }) => feedback?.at ?? null],
  ["subjectHash", ({ subjectHash }) => subjectHash],
  ["run", ({ run }) => run],
  ["dataHash", ({ dataHash }) => dataHash],
  ["invoiceLine", ({ invoiceLine }) => invoiceLine],
];

/**
 * A missing value is an empty cell. Text that a spreadsheet would take for a formula (it may come from who sent the row)
 * gets an apostrophe before it (OWASP, CSV injection).
 */
function cellText(value: Cell): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
