// What becomes of rows with cells that cannot be read: they are put aside, or the cells count as missing and are named.
import { DataError } from "../errors.ts";
import { isInfinite } from "../reading/number-text.ts";
import { wantedForm } from "../reading/read-cell.ts";
import { textTime } from "../reading/time-text.ts";
import { type Column, isNumeric, type RejectedRow, type UnreadableCells } from "../table.ts";
import type { Loaded } from "./loaded.ts";
import type { RawCells } from "./raw-columns.ts";
import type { ReadColumn } from "./read-columns.ts";
import type { ReadOptions } from "./read-options.ts";
import { rowNumbersOf } from "./row-numbers.ts";

export interface Settled {
  readonly columns: readonly Column[];
  readonly rejected: readonly RejectedRow[];
  readonly unreadable: readonly UnreadableCells[];
  readonly rowNumbers: Float64Array | undefined;
  /** Rows of `loaded` that stay, from 0; undefined where all do. */
  readonly kept: Int32Array | undefined;
}

interface Parts {
  readonly path: string;
  readonly loaded: Loaded;
  readonly cells: readonly RawCells[];
  readonly columns: readonly ReadColumn[];
  readonly rowCount: number;
  readonly options: Pick<ReadOptions, "readings" | "target" | "unreadable">;
}

/** Most shares of a column's cells that may be unreadable: at training, and where a model's readings are given. */
const learningLimit = 0.1;
const scoringLimit = 0.5;

/** Throws `cells-unreadable`, `empty-table`. */
export async function settleRows({ path, loaded, cells, columns, rowCount, options }: Parts): Promise<Settled> {
  const reject = options.unreadable === "reject";
  const odd = columns.filter(({ unreadable }) => unreadable.length > 0);
  for (const column of odd) if (counts(column, options)) checkShare(path, column, reject);
  const lines = odd.length > 0 || loaded.rejected.length > 0 ? await loaded.lines() : undefined;
  const lineOf = (row: number): number => lines?.[row] ?? row + 1;
  const reasons = new Map<number, string[]>();
  const unreadable: UnreadableCells[] = [];
  const headers = repeatedHeaders(loaded, cells, odd);
  for (const row of headers) reasons.set(row, ["the names of the columns stand here again"]);
  for (const column of odd) {
    const { name, reading } = column.column;
    const wanted = wantedForm(reading!);
    const found = column.unreadable.filter(({ row }) => !headers.has(row));
    if (found.length === 0) continue;
    if (name === options.target || (reject && counts(column, options))) {
      for (const { row, text } of found)
        reasons.set(row, [
          ...(reasons.get(row) ?? []),
          `column "${name}": ${JSON.stringify(text.slice(0, 100))} is not ${wanted}`,
        ]);
    } else {
      const shown = found.slice(0, 3).map(({ row, text }) => ({ line: lineOf(row), text: text.slice(0, 100) }));
      unreadable.push({ column: name, count: found.length, wanted, cells: shown });
    }
  }
  const aside = [...reasons.keys()].sort((a, b) => a - b);
  const texts = await loaded.texts(aside);
  const rejected = [
    ...loaded.rejected,
    ...aside.map(
      (row, i): RejectedRow => ({ line: lineOf(row), reason: reasons.get(row)!.join("; "), text: texts[i] ?? "" }),
    ),
  ].sort((a, b) => a.line - b.line);
  if (aside.length === rowCount) throw nothingLeft(path, rejected);
  const dropped = new Set(aside);
  const kept = aside.length === 0 ? undefined : Int32Array.from(rowsBut(dropped, rowCount));
  return {
    columns: columns.map(({ column }) => (kept === undefined ? column : keepRows(column, kept))),
    rejected,
    unreadable,
    kept,
    rowNumbers:
      rejected.length === 0 || lines === undefined
        ? undefined
        : rowNumbersOf(kept === undefined ? lines : Float64Array.from(kept, (row) => lines[row]!), rejected),
  };
}

/** Whether a column decides about its rows: where a model's readings are given, the others are of no matter. */
function counts({ column: { name } }: ReadColumn, { readings, target }: Parts["options"]): boolean {
  return readings === undefined || name === target || Object.hasOwn(readings, name);
}

function checkShare(path: string, { column, unreadable }: ReadColumn, reject: boolean): void {
  // An infinite number is no sign of another way of writing.
  const odd = unreadable.filter(({ text }) => !isInfinite(text.trim())).length;
  if (odd === 0) return;
  let read = 0;
  for (const value of column.data) if (value !== "" && !Number.isNaN(value)) read++;
  const present = read + odd;
  const turned = reject ? otherOrder({ column, unreadable }, present) : undefined;
  const limit = reject ? scoringLimit : learningLimit;
  if (odd < present && turned === undefined && (odd < 3 || odd <= limit * present)) return;
  const reading = column.reading!;
  const name = JSON.stringify(column.name);
  const which = odd === present ? `none of the ${odd} values` : `${odd} of the ${present} values`;
  const cannot = odd === present ? "can be read" : "cannot be read";
  throw new DataError(
    "cells-unreadable",
    `"${path}", column ${name}: ${which} ${cannot}: ${JSON.stringify(unreadable[0]!.text.slice(0, 100))} is not ${wantedForm(reading)}`,
    turned === undefined
      ? optionFor(column.name, reading.type)
      : `The dates look ${turned.replace("-", " ")}, and others would be misread: say --dates ${column.name}=${turned} (in code: reading.columns).`,
    undefined,
    { column: column.name },
  );
}

/** The order in which dates that cannot be read would be dates: then those that can be read are misread. */
function otherOrder(
  { column, unreadable }: Pick<ReadColumn, "column" | "unreadable">,
  present: number,
): "day-first" | "month-first" | undefined {
  const { type, dates } = column.reading!;
  if (type !== "timestamp" || dates === undefined || dates === "year-first") return undefined;
  const other = dates === "day-first" ? "month-first" : "day-first";
  const turned = unreadable.filter(({ text }) => textTime(text.trim(), other) !== undefined).length;
  return turned >= 2 && turned > 0.05 * present ? other : undefined;
}

function optionFor(name: string, type: string): string {
  const others = `Where such a value means a missing one, say --na ${name}=VALUE; where it is another kind of column, --type ${name}=category (in code: reading.columns).`;
  if (type === "number")
    return `Say how its numbers are written: --decimal ${name}=comma, --thousands ${name}=point. ${others}`;
  if (type === "timestamp")
    return `Say in which order its dates are: --dates ${name}=day-first or month-first. ${others}`;
  return others;
}

/** Rows that hold the names of all columns once more: a slip of joining files. */
function repeatedHeaders(
  { names, separator }: Loaded,
  cells: readonly RawCells[],
  odd: readonly ReadColumn[],
): Set<number> {
  const found = new Set<number>();
  if (separator === undefined) return found;
  const rows = new Set(odd.flatMap(({ unreadable }) => unreadable.slice(0, 1000).map(({ row }) => row)));
  for (const row of rows) {
    const stands = (name: string, c: number): boolean => {
      const { texts } = cells[c]!;
      return texts !== undefined && texts.words[texts.codes[row]!] === name;
    };
    if (names.every(stands)) found.add(row);
  }
  return found;
}

function* rowsBut(dropped: ReadonlySet<number>, rowCount: number): Generator<number> {
  for (let row = 0; row < rowCount; row++) if (!dropped.has(row)) yield row;
}

function keepRows(column: Column, rows: Int32Array): Column {
  if (isNumeric(column)) return { ...column, data: Float64Array.from(rows, (row) => column.data[row]!) };
  return { ...column, data: Array.from(rows, (row) => column.data[row]!) };
}

function nothingLeft(path: string, rejected: readonly RejectedRow[]): DataError {
  const first = rejected[0]!;
  return new DataError(
    "empty-table",
    `"${path}" holds no row that can be used: all ${rejected.length} rows are put aside, the first at line ${first.line}: ${first.reason}`,
    "Correct the values, or say how they are written: --na, --decimal, --thousands, --dates, --type (in code: reading).",
    undefined,
    { rejected: rejected.length },
  );
}
