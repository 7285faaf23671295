// Stage 1: reads the table, checks the declared columns, profiles it, and splits it by the rows' content.
import { profileTable, type UnreadableCells as TableUnreadable } from "@lepta/data";
import type { JsonObject } from "../../json.ts";
import type { LearningTable, TableKey } from "../../learning/learning-table.ts";
import { alikeClasses } from "../../learning/prepare.ts";
import { formatCount, plural } from "../../text/numbers.ts";
import {
  type GroupFacts,
  groupFacts,
  groupText,
  rejectedText,
  suspectsOf,
  suspectsText,
  unreadableText,
} from "../../text/table-text.ts";
import type { Stage } from "../stage.ts";

/** As the table has them, in plain JSON. */
type UnreadableCells = Pick<TableUnreadable, "column" | "count" | "wanted"> & {
  readonly cells: readonly { readonly line: number; readonly text: string }[];
};

export type DataOutput = {
  /** What later stages open the same table by. */
  readonly source: TableKey;
  /** Hash of the rows, whatever their order. */
  readonly dataHash: string;
  readonly rows: number;
  readonly rejected: readonly { readonly line: number; readonly reason: string }[];
  /** Cells that could not be read and count as missing, by column. */
  readonly unreadable: readonly UnreadableCells[];
  readonly features: readonly { readonly name: string; readonly type: string }[];
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
  readonly missing: number;
  readonly target: {
    readonly name: string;
    readonly missing: number;
    readonly classes: readonly { readonly label: string; readonly count: number }[] | null;
  };
  readonly highestCardinality: { readonly name: string; readonly values: number } | null;
  readonly duplicates: { readonly rows: number; readonly conflicting: number };
  readonly suspects: readonly { readonly name: string; readonly reason: string }[];
  /** null: every row is a case of its own. */
  readonly groups: GroupFacts | null;
  readonly parts: { readonly train: number; readonly validation: number; readonly test: number };
  readonly notes: readonly string[];
};

function outputOf(source: TableKey, { table, schema, parts, rejected, groupSuspects }: LearningTable): DataOutput {
  const profile = profileTable(table, schema);
  const alike = alikeClasses(schema);
  const features = profile.columns.filter(({ role }) => role === "feature");
  const categories = features.filter(({ type }) => type === "category").sort((a, b) => b.different - a.different);
  const [widest] = categories;
  return {
    source,
    dataHash: table.hash,
    rows: table.rowCount,
    rejected: rejected.map(({ line, reason }) => ({ line, reason })),
    unreadable: table.unreadable.map((cells) => ({ ...cells, cells: cells.cells.map((cell) => ({ ...cell })) })),
    features: schema.features.map(({ name, type }) => ({ name, type })),
    leftOut: schema.leftOut.map(({ name, reason }) => ({ name, reason })),
    missing: features.reduce((sum, { missing }) => sum + missing, 0),
    target: {
      name: source.target,
      missing: schema.target?.missing ?? 0,
      classes: profile.target?.classes?.map(({ label, count }) => ({ label, count })) ?? null,
    },
    highestCardinality: widest === undefined ? null : { name: widest.name, values: widest.different },
    duplicates: { ...profile.duplicates },
    suspects: suspectsOf({ suspects: [...profile.suspects, ...groupSuspects] }),
    groups: schema.group === undefined ? null : groupFacts(table, schema.group),
    parts: { train: parts.train.length, validation: parts.validation.length, test: parts.test.length },
    notes: [...table.notes, ...(alike === undefined ? [] : [`warning: ${alike}`])],
  };
}

/** "7 number, 13 category". */
function typeCounts(features: DataOutput["features"]): string {
  const counts = new Map<string, number>();
  for (const { type } of features) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, count]) => `${count} ${type}`).join(", ");
}

function describe(output: DataOutput): string[] {
  const { rows, features, target, parts, duplicates, highestCardinality, missing } = output;
  const balance = target.classes
    ?.map(({ label, count }) => `${formatCount(count)} ${label} (${((100 * count) / rows).toFixed(0)} %)`)
    .join(", ");
  const cardinality =
    highestCardinality === null ? "" : `; most categories: ${highestCardinality.values} in ${highestCardinality.name}`;
  return [
    `${plural(rows, "row")}, ${plural(features.length, "feature")} (${typeCounts(features)})${cardinality}`,
    `target ${target.name}: ${balance ?? "a number"}${target.missing > 0 ? `; ${plural(target.missing, "row")} without it put aside` : ""}`,
    `${plural(missing, "missing value")}, ${plural(duplicates.rows, "repeated row")}, ${plural(duplicates.conflicting, "row")} that contradict another`,
    suspectsText(output.suspects),
    ...output.leftOut.map(({ name, reason }) => `left out: ${name}, ${reason}`),
    ...rejectedText(output.rejected),
    ...unreadableText(output.unreadable),
    ...output.notes,
    ...(output.groups === null ? [] : [groupText(output.groups)]),
    `split by row content: ${formatCount(parts.train)} train, ${formatCount(parts.validation)} validation, ${formatCount(parts.test)} test`,
    `data hash ${output.dataHash.slice(0, 12)}`,
  ];
}

export const dataStage: Stage<"data", TableKey, DataOutput> = {
  name: "data",
  help: {
    does: "read, check the declared columns, profile, split 60/20/20 by the rows' content",
    dependsOn: "the file's bytes, target, positive, columns, group, reading, the kind of task, seed",
  },
  async input({ data, task, seed }, _, { fileHash }) {
    const { target, positive, columns, group, reading } = data;
    return {
      file: await fileHash(),
      target,
      positive,
      columns: columns && Object.entries(columns),
      group,
      reading: reading as TableKey["reading"],
      family: task.kind,
      seed,
    };
  },
  run: async (source, { table }) => outputOf(source, await table(source)),
  describe,
  summary: ({ dataHash, rows, rejected, features, missing, duplicates, suspects, parts }): JsonObject => ({
    dataHash,
    rows,
    rejected: rejected.length,
    features: features.length,
    missing,
    repeatedRows: duplicates.rows,
    suspects: suspects.length,
    parts: { ...parts },
  }),
};
