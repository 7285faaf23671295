// Whether the first line of a CSV file holds names, and different ones.
import { DataError } from "../errors.ts";
import { looksLikeValues, refuseHeader } from "./csv-header.ts";
import type { RawCells } from "./raw-columns.ts";

/** Throws `no-header`, `duplicate-column`. */
export function checkNames(path: string, names: readonly string[], cells: readonly RawCells[]): void {
  if (looksLikeValues(names, (columns) => occurring(names, cells, columns))) refuseHeader(path, names);
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name))
      throw new DataError(
        "duplicate-column",
        `"${path}" has two columns named "${name}"`,
        "Rename one of the columns.",
      );
    seen.add(name);
  }
}

/**
 * Whether each column has its own name as a value, in a row that is not the whole header once more: that is a slip of
 * joining files and proves nothing.
 */
function occurring(names: readonly string[], cells: readonly RawCells[], columns: readonly number[]): boolean[] {
  const counts = columns.map((c) => cells[c]!.column.others.get(names[c]!) ?? 0);
  const rarest = columns[counts.indexOf(Math.min(...counts))]!;
  let repeated = 0;
  const texts = cells[rarest]!.texts;
  if (Math.min(...counts) > 0 && texts !== undefined) {
    const own = texts.words.indexOf(names[rarest]!);
    for (let row = 0; row < texts.codes.length; row++)
      if (texts.codes[row] === own && names.every((name, c) => stands(cells[c]!, row, name))) repeated++;
  }
  return counts.map((count) => count > repeated);
}

function stands({ texts, numbers }: RawCells, row: number, name: string): boolean {
  return (
    (texts !== undefined && texts.words[texts.codes[row]!] === name) || (name !== "" && numbers?.[row] === Number(name))
  );
}
