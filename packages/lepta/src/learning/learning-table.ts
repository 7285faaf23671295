// The table that a product learns from, its rows in three parts.
import { splitTable, type Table, type TableReading, type ThreeParts, takeRows } from "@lepta/data";
import { type Task, taskFamily, taskFor } from "@lepta/ml";
import type { Report } from "../events.ts";
import type { JsonObject } from "../json.ts";
import type { Columns } from "../product/columns.ts";
import { type PreparedTable, prepareTable, splitBy } from "./prepare.ts";

/** What decides the table, how its columns are taken and which row stands in which part. */
export type TableKey = {
  /** SHA-256 of the file's bytes. */
  readonly file: string;
  readonly target: string;
  readonly positive: string | undefined;
  /** Declared columns with their types, in their order: it is that of the features. */
  readonly columns: readonly (readonly [name: string, type: Columns[string]])[] | undefined;
  readonly group: string | undefined;
  readonly reading: (TableReading & JsonObject) | undefined;
  /** The family of tasks that the target is learnt as. */
  readonly family: string;
  readonly seed: number;
};

export interface LearningTable extends PreparedTable {
  /** Row numbers of the table; a row's part hangs on its content and the seed. */
  readonly parts: ThreeParts;
  readonly task: Task;
}

const readSteps: readonly string[] = ["check", "read", "convert"];

/** Throws what `prepareTable` and `splitTable` throw. */
export async function learningTable(path: string, key: TableKey, report: Report): Promise<LearningTable> {
  const { file: _, seed, columns, ...options } = key;
  const family = taskFamily(key.family);
  const prepared = await prepareTable(path, {
    ...options,
    columns: columns && Object.fromEntries(columns),
    family,
    onProgress: ({ stage }) =>
      report({ type: "progress", label: "read", done: readSteps.indexOf(stage) + 1, total: readSteps.length }),
  });
  const { table, schema } = prepared;
  return { ...prepared, parts: splitTable(table, { ...splitBy(schema), seed }), task: taskFor(schema, family) };
}

/** The rows that are learnt from: the training and the validation part. */
export function learntRows({ table, parts }: LearningTable): Table {
  return takeRows(table, [...parts.train, ...parts.validation]);
}

/** The rows that no model has seen. */
export function testRows({ table, parts }: LearningTable): Table {
  return takeRows(table, parts.test);
}
