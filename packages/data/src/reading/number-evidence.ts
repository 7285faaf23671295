// What a column's texts say about how its numbers are written.
import type { NumberFormat } from "./number-text.ts";
import { digitsValue, isInfinite, numberFormats, numberParts } from "./number-text.ts";
import type { RawColumn } from "./raw-column.ts";

export interface NumberEvidence {
  /** Cells that are numbers, by the place of the format in `numberFormats`; plain numbers among them. */
  readonly counts: readonly number[];
  /** Texts that are a number in no format, and how many cells have them. */
  readonly odd: ReadonlyMap<string, number>;
  readonly currency: readonly string[];
  readonly percent: boolean;
  /** A text that is no plain number, for messages. */
  readonly example: string | undefined;
}

/** Texts of which a sample is looked at first: most columns of words are known by it. */
const sampled = 1000;

/** Undefined where fewer than half of the cells are numbers in any format. */
export function numberEvidence(
  column: Pick<RawColumn, "plain">,
  present: ReadonlyMap<string, number>,
): NumberEvidence | undefined {
  const { plain } = column;
  if (present.size > 2 * sampled && plain.count === 0 && !sampleHasNumbers(present)) return undefined;
  const counts = numberFormats.map((format) => plainIn(plain, format));
  const odd = new Map<string, number>();
  const currency = new Set<string>();
  let percent = false;
  let example: string | undefined;
  for (const [text, cells] of present) {
    if (isInfinite(text)) {
      for (const at of counts.keys()) counts[at]! += cells;
      continue;
    }
    const parts = numberParts(text);
    let found = false;
    if (parts !== undefined)
      for (const [at, format] of numberFormats.entries()) {
        if (digitsValue(parts, format) === undefined) continue;
        counts[at]! += cells;
        found = true;
      }
    if (!found || parts === undefined) odd.set(text, cells);
    else {
      example ??= text;
      if (parts.currency !== undefined) currency.add(parts.currency);
      percent ||= parts.percent;
    }
  }
  return { counts, odd, currency: [...currency].sort(), percent, example };
}

function plainIn({ count, pointed, grouped }: RawColumn["plain"], { decimal, thousands }: NumberFormat): number {
  if (decimal === "point") return count;
  return count - pointed + (thousands === "point" ? grouped : 0);
}

function sampleHasNumbers(present: ReadonlyMap<string, number>): boolean {
  const step = Math.floor(present.size / sampled);
  let at = 0;
  let numbers = 0;
  for (const text of present.keys()) {
    if (at++ % step !== 0) continue;
    const parts = numberParts(text);
    if (parts !== undefined && numberFormats.some((format) => digitsValue(parts, format) !== undefined)) numbers++;
  }
  return numbers > (0.5 * at) / step;
}

/** What the columns of a file say together about its decimal mark. */
export function fileDecimal(
  evidence: readonly (NumberEvidence | undefined)[],
  columns: readonly RawColumn[],
  separator: string | undefined,
): "point" | "comma" | undefined {
  let comma = false;
  let point = false;
  evidence.forEach((one, i) => {
    const { plain } = columns[i]!;
    if (plain.pointed > plain.grouped) point = true;
    if (one === undefined) return;
    const most = (decimal: string): number =>
      Math.max(...one.counts.filter((_, at) => numberFormats[at]!.decimal === decimal));
    if (most("comma") > most("point")) comma = true;
    if (most("point") > most("comma") && one.example !== undefined) point = true;
  });
  if (comma !== point) return comma ? "comma" : "point";
  return !comma && separator === ";" ? "comma" : undefined;
}
