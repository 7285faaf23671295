// What a reader of the profile should know of missing values: their spellings, and numbers that may stand for one.
import type { ColumnReading } from "../reading/column-reading.ts";
import { sentinels } from "../reading/missing-spellings.ts";
import type { Ends } from "./raw-columns.ts";
import type { ReadColumn } from "./read-columns.ts";

const shown = 8;

/** One sentence on the words that were read as missing; none on columns whose reading is a model's. */
export function missingNotes(
  columns: readonly ReadColumn[],
  given: Readonly<Record<string, ColumnReading>> = {},
): string[] {
  const found = columns.flatMap(({ column: { name }, missing }) =>
    missing.size === 0 || Object.hasOwn(given, name)
      ? []
      : [`${[...missing].map(([text, count]) => `${JSON.stringify(text)} (${count})`).join(", ")} in "${name}"`],
  );
  if (found.length === 0) return [];
  const more = found.length > shown ? ` and in ${found.length - shown} more columns` : "";
  return [`read as missing: ${found.slice(0, shown).join("; ")}${more}; --na COLUMN= keeps such words as values`];
}

/** A number such as -999 that repeats outside of the others. */
export function sentinelNotes(columns: readonly ReadColumn[]): string[] {
  return columns.flatMap(({ column, ends }) => {
    if (column.type !== "number") return [];
    const { name, data } = column;
    const { low: first, high: last } = ends ?? endsOf(data);
    // Else none is far from every other value.
    if (!suspected.has(first) && !suspected.has(last)) return [];
    const counts = new Map<number, number>();
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < data.length; row++) {
      const value = data[row]!;
      if (isSuspect(value) && suspected.has(value)) {
        counts.set(value, (counts.get(value) ?? 0) + 1);
        continue;
      }
      if (value < low) low = value;
      if (value > high) high = value;
    }
    return [...counts]
      .filter(([value, count]) => count >= Math.max(3, 0.005 * data.length) && apart(value, low, high))
      .map(
        ([value, count]) =>
          `column "${name}": ${value} stands ${count} times, far from every other value; if it means missing, say --na ${name}=${value}`,
      );
  });
}

const suspected = new Set(sentinels);

function endsOf(data: Float64Array): Ends {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < data.length; row++) {
    const value = data[row]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}

/** Keeps nearly all numbers from being looked up; every sentinel, a whole number of 32 bits, passes. */
function isSuspect(value: number): boolean {
  const whole = value | 0;
  return whole === value && (whole < 0 || (whole > 998 && (whole + 1) % 1000 === 0));
}

/** Below zero where nothing else is, or beyond twice the others' largest. */
function apart(value: number, low: number, high: number): boolean {
  if (low > high) return false;
  return value < 0 ? low >= 0 || value < 2 * low : value > 2 * high && value > high + 10;
}
