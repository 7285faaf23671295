// What reading and profiling found in a table, as people read it.
import { groupsOf, type Profile, type Table, type UnreadableCells } from "@lepta/data";
import { formatCount, plural } from "./numbers.ts";

/** A column that may give the target away, with what makes it suspected. */
export type Suspicion = { readonly name: string; readonly reason: string };

const suspicions: Readonly<Record<Profile["suspects"][number]["kind"], (value: string) => string>> = {
  recoded: () => "the target under another coding",
  auc: (value) => `alone reaches AUC ${value}`,
  information: (value) => `alone explains ${value} of the target's information`,
  correlation: (value) => `rank correlation ${value} with the target`,
  group: (value) =>
    `called an id, it repeats, and ${value} of the target's variance lies between its values: are these rows of one person or thing? Name it as the group (--group, or table(…, { group })), or rows of one stand on both sides of the split`,
};

/** The columns that may give the target away, with what makes them suspected. */
export function suspectsOf({ suspects }: Pick<Profile, "suspects">): Suspicion[] {
  return suspects.map(({ name, kind, value }) => ({ name, reason: suspicions[kind](value.toFixed(3)) }));
}

export function suspectsText(suspects: readonly Suspicion[]): string {
  if (suspects.length === 0) return "no column is suspected of leaking the target";
  const columns = suspects.map(({ name, reason }) => `${name} (${reason})`).join(", ");
  return `look at these columns, they may leak the target: ${columns}`;
}

export interface GroupFacts {
  readonly [name: string]: string | number;
  readonly name: string;
  readonly count: number;
  /** Rows without a value. */
  readonly alone: number;
}

export function groupFacts(table: Table, name: string): GroupFacts {
  const { count, alone } = groupsOf(table, name);
  return { name, count, alone };
}

export function groupText({ name, count, alone }: GroupFacts): string {
  const without =
    alone === 0
      ? ""
      : `; ${plural(alone, "row")} without a value ${alone === 1 ? "is a group" : "are groups"} of ${alone === 1 ? "its" : "their"} own`;
  return `rows with the same ${name} stay together: ${plural(count, "group")}${without}`;
}

/** Rows that are left out because their target is missing. */
export function withoutTargetText(count: number): string[] {
  return count === 0 ? [] : [`${plural(count, "row")} without a target put aside`];
}

/** Rows that reading put aside, the first few with their lines. */
export function rejectedText(
  rejected: readonly Pick<Table["rejected"][number], "line" | "reason">[],
  shown = 3,
): string[] {
  if (rejected.length === 0) return [];
  const lines = rejected.slice(0, shown).map(({ line, reason }) => `  line ${line}: ${reason}`);
  if (rejected.length > shown) lines.push(`  and ${formatCount(rejected.length - shown)} more`);
  return [`${plural(rejected.length, "malformed row")} put aside:`, ...lines];
}

/** Cells that count as missing because they could not be read, a line a column. */
export function unreadableText(unreadable: readonly UnreadableCells[], shown = 8): string[] {
  const lines = unreadable.slice(0, shown).map(({ column, count, wanted, cells }) => {
    const named = cells.map(({ line, text }) => `line ${line} ${JSON.stringify(text)}`).join(", ");
    const which = count === 1 ? "a cell is" : `${formatCount(count)} cells are`;
    return `column "${column}": ${which} not ${wanted}, and ${count === 1 ? "counts" : "count"} as missing: ${named}${count > cells.length ? ", …" : ""}`;
  });
  const rest = unreadable.slice(shown).reduce((sum, { count }) => sum + count, 0);
  return rest === 0 ? lines : [...lines, `and ${plural(rest, "cell")} in ${unreadable.length - shown} more columns`];
}
