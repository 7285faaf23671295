// A table's profile: its columns, its target's balance, repeated rows, columns that give the target away.
import { withTarget } from "../clean/missing.ts";
import { rowGroups } from "../row-groups.ts";
import { type LeftOut, labelAt, type Schema } from "../schema.ts";
import { columnOf, type Table } from "../table.ts";
import { type ColumnProfile, profileColumn } from "./column-profile.ts";
import { suspectGroup } from "./group-suspect.ts";
import { type Suspect, suspectIn } from "./leakage.ts";
import { type Sorted, sortedInTurn } from "./sorted.ts";

export interface Profile {
  readonly rowCount: number;
  /** `Table.hash`: computed when it is first asked for. */
  readonly hash: string;
  /** Malformed rows that reading put aside. */
  readonly rejected: number;
  readonly columns: readonly ColumnProfile[];
  readonly leftOut: readonly LeftOut[];
  readonly duplicates: {
    /** Rows that repeat an earlier row in every column. */
    readonly rows: number;
    /** Rows whose features are equal to those of a row with another target. */
    readonly conflicting: number;
  };
  readonly target?: {
    readonly name: string;
    readonly missing: number;
    /** Classification alone, in the schema's order of classes. */
    readonly classes?: readonly { readonly label: string; readonly count: number; readonly share: number }[];
    /** Rows of the largest class for each of the smallest. */
    readonly imbalance?: number;
  };
  /** Features to look at before trusting a score, most suspicious first. */
  readonly suspects: readonly Suspect[];
}

/** Plain JSON, computed on the rows given. Throws `unknown-column` where the schema is of another table. */
export function profileTable(table: Table, schema: Schema): Profile {
  const features = new Set(schema.features.map(({ name }) => name));
  const sortedOf = sortedInTurn();
  const search = suspectSearch(table, schema, sortedOf);
  const suspects = new Map<string, Suspect>();
  // Column by column: what is looked at in two ways is sorted once.
  const columns = table.columns.map((column) => {
    const { name } = column;
    const role = name === schema.target?.name ? "target" : features.has(name) ? "feature" : "left out";
    const profile = profileColumn(column, role, sortedOf);
    const suspect = role === "feature" ? search?.inColumn(name) : undefined;
    if (suspect !== undefined) suspects.set(name, suspect);
    return profile;
  });
  return {
    rowCount: table.rowCount,
    get hash() {
      return table.hash;
    },
    rejected: table.rejected.length,
    columns,
    leftOut: schema.leftOut,
    duplicates: {
      rows: table.rowCount - rowGroups(table.columns, table.rowCount).count,
      conflicting: conflictingRows(table, schema),
    },
    ...(schema.target === undefined ? {} : { target: profileTarget(table, schema) }),
    suspects: search === undefined ? [] : ordered(schema, (name) => suspects.get(name), search.groups),
  };
}

function profileTarget(table: Table, schema: Schema): NonNullable<Profile["target"]> {
  const { name, missing, classes } = schema.target!;
  if (classes === undefined) return { name, missing };
  const column = columnOf(table, name);
  const tally = new Map<string | undefined, number>();
  for (let row = 0; row < table.rowCount; row++) {
    const label = labelAt(column, row);
    tally.set(label, (tally.get(label) ?? 0) + 1);
  }
  const known = table.rowCount - missing;
  const shares = classes.map((label) => {
    const count = tally.get(label) ?? 0;
    return { label, count, share: count / Math.max(1, known) };
  });
  const counts = shares.map(({ count }) => count);
  return { name, missing, classes: shares, imbalance: Math.max(...counts) / Math.max(1, Math.min(...counts)) };
}

function conflictingRows(table: Table, schema: Schema): number {
  const target = schema.target?.name;
  const features = schema.features.map(({ name }) => columnOf(table, name));
  if (target === undefined || features.length === 0) return 0;
  const { data } = columnOf(table, target);
  const { groupOf, count } = rowGroups(features, table.rowCount);
  const first = new Int32Array(count).fill(-1);
  const rows = new Int32Array(count);
  const conflicting = new Uint8Array(count);
  for (let row = 0; row < groupOf.length; row++) {
    const group = groupOf[row]!;
    rows[group]!++;
    if (first[group] === -1) first[group] = row;
    else if (!sameTarget(data[row]!, data[first[group]!]!)) conflicting[group] = 1;
  }
  return rows.reduce((sum, size, group) => sum + (conflicting[group] === 1 ? size : 0), 0);
}

const sameTarget = (a: number | string, b: number | string): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b));

/** Features to look at before trusting a score, most suspicious first. Throws `unknown-column`. */
export function suspectsOf(table: Table, schema: Schema): Suspect[] {
  const search = suspectSearch(table, schema, sortedInTurn());
  return search === undefined ? [] : ordered(schema, search.inColumn, search.groups);
}

interface SuspectSearch {
  readonly groups: readonly Suspect[];
  /** Of a feature that is not among the groups. Throws `unknown-column`. */
  readonly inColumn: (name: string) => Suspect | undefined;
}

function suspectSearch(table: Table, schema: Schema, sortedOf: Sorted): SuspectSearch | undefined {
  if (schema.target === undefined) return undefined;
  const known = withTarget(table, schema.target.name).table;
  const groups = groupSuspects(known, schema);
  const named = new Set(groups.map(({ name }) => name));
  const suspect = suspectIn(columnOf(known, schema.target.name), schema.target.classes, sortedOf);
  return { groups, inColumn: (name) => (named.has(name) ? undefined : suspect(columnOf(known, name))) };
}

function ordered({ features }: Schema, inColumn: SuspectSearch["inColumn"], groups: readonly Suspect[]): Suspect[] {
  return features
    .flatMap(({ name }) => inColumn(name) ?? [])
    .sort((a, b) => b.value - a.value)
    .concat(groups);
}

/** Columns of any role that seem to say which rows belong together; none where a group is named. */
export function groupSuspects(table: Table, schema: Schema): Suspect[] {
  const { target, group } = schema;
  if (target === undefined || group !== undefined) return [];
  const known = withTarget(table, target.name).table;
  return known.columns
    .filter(({ name }) => name !== target.name)
    .flatMap((column) => suspectGroup(column, columnOf(known, target.name), target.classes) ?? [])
    .sort((a, b) => b.value - a.value);
}
