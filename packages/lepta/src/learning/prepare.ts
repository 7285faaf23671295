// Reads a table for learning: declared columns checked, roles decided, rows without a target put aside.
import { basename } from "node:path";
import {
  classLimit,
  DataError,
  groupSuspects,
  inferSchema,
  type ReadProgress,
  readTable,
  type Schema,
  type Suspect,
  type Table,
  type TableReading,
  takeColumns,
  withTarget,
} from "@lepta/data";
import type { TaskFamily } from "@lepta/ml";
import { CliError } from "../errors.ts";
import type { Columns } from "../product/columns.ts";

export interface PrepareOptions {
  readonly target: string;
  readonly positive?: string | undefined;
  /** The column whose equal values belong together. */
  readonly group?: string | undefined;
  /** Feature columns and their types; others are left out. Default: every column, types inferred. */
  readonly columns?: Columns | undefined;
  /** How values are written. Default: as the values have it. */
  readonly reading?: TableReading | undefined;
  /** What the target is learnt as. Default: by its values. */
  readonly family?: TaskFamily | undefined;
  readonly onProgress?: (progress: ReadProgress) => void;
}

export interface PreparedTable {
  /**
   * Rows with a target; the features, the group and the target alone, in the file's order. What else a row holds, a row number
   * say, decides neither its part nor whether it repeats another.
   */
  readonly table: Table;
  readonly schema: Schema;
  /** Columns that seem to say which rows belong together and are no longer in the table; none where a group is named. */
  readonly groupSuspects: readonly Suspect[];
  /** Rows of the file that the reader put aside. */
  readonly rejected: Table["rejected"];
}

/** A share of rows above which values that do not fit a declared type mean that the declaration is wrong. */
const toleratedRejects = 0.1;

function mismatch(message: string, fix: string, cause?: unknown): CliError {
  return new CliError("columns-mismatch", message, fix, { cause });
}

async function readDeclared(path: string, columns: Columns, options: PrepareOptions): Promise<Table> {
  let table: Table;
  try {
    table = await readTable(path, readOptions(options, columns));
  } catch (error) {
    if (error instanceof DataError && error.code === "unknown-column")
      throw mismatch(`The product declares a column that its data lacks: ${error.message}.`, error.fix, error);
    if (error instanceof DataError && error.code === "empty-table" && (error.where.rejected ?? 0) > 0)
      throw mismatch(
        `No row of "${path}" fits the declared columns: ${error.message}.`,
        "Correct the declared types in table(…, { columns }), or the file.",
        error,
      );
    throw error;
  }
  const [first] = table.rejected;
  const rows = table.rowCount + table.rejected.length;
  if (first !== undefined && table.rejected.length > toleratedRejects * rows)
    throw mismatch(
      `${table.rejected.length} of ${rows} rows of "${path}" do not fit the declared columns, the first at line ${first.line}: ${first.reason}.`,
      "Correct the declared types in table(…, { columns }), or the file.",
    );
  return table;
}

/** The declared columns, the target and the group. */
function takeDeclared(table: Table, columns: Columns, { target, group }: PrepareOptions): Table {
  const names = [...Object.keys(columns), target, ...(group === undefined ? [] : [group])].filter((name) =>
    table.columns.some((column) => column.name === name),
  );
  return takeColumns(table, names);
}

function readOptions(options: PrepareOptions, columns: Columns | undefined): Parameters<typeof readTable>[1] {
  const { target, group, family, reading, onProgress } = options;
  return {
    target,
    ...(reading === undefined ? {} : { reading }),
    // A group's values only have to be told apart: as they are written, every digit counts.
    types: {
      ...columns,
      ...(group === undefined || group === target ? {} : { [group]: "category" }),
      ...(family === undefined ? {} : { [target]: family.targetType }),
    },
    ...(onProgress === undefined ? {} : { onProgress }),
  };
}

/**
 * Throws what `readTable` and `inferSchema` throw, and `columns-mismatch` where declared columns are not those of the
 * file.
 */
export async function prepareTable(path: string, options: PrepareOptions): Promise<PreparedTable> {
  const { target, positive, group, columns, family } = options;
  let read: Table;
  try {
    read =
      columns === undefined
        ? await readTable(path, readOptions(options, undefined))
        : await readDeclared(path, columns, options);
  } catch (error) {
    // The target is declared by us for a chosen task; its absence is said in the target's own words.
    if (error instanceof DataError && error.code === "unknown-column" && family !== undefined)
      throw new DataError("target-missing", error.message, error.fix, error);
    throw error;
  }
  const whole = columns === undefined ? read : takeDeclared(read, columns, options);
  if (whole.columns.length === 1 && whole.columns[0]?.name === target)
    throw mismatch(
      `"${basename(path)}" has no column to learn from: it has the target alone.`,
      "Give a table with further columns.",
    );
  const schema = inferSchema(whole, {
    target,
    ...(positive === undefined ? {} : { positive }),
    ...(group === undefined ? {} : { group }),
  });
  if (schema.features.length === 0)
    throw mismatch(
      `"${basename(path)}" has no column to learn from: ${schema.leftOut.map(({ name, reason }) => `${name} (${reason})`).join(", ")}.`,
      "Give a table with columns that differ from row to row.",
    );
  const used = new Set([...schema.features.map(({ name }) => name), target, group]);
  const names = whole.columns.map(({ name }) => name).filter((name) => used.has(name));
  const table = names.length === whole.columns.length ? whole : takeColumns(whole, names);
  const chosen = asLearnt(schema, family);
  refusePositive(chosen, positive);
  const groups = groupSuspects(read, chosen).filter(({ name }) => !used.has(name));
  return { table: withTarget(table, target).table, schema: chosen, groupSuspects: groups, rejected: whole.rejected };
}

/** A positive class is one of two: of more, or of a number, none is reported. */
function refusePositive({ target }: Schema, positive: string | undefined): void {
  if (positive === undefined || target === undefined || target.classes?.length === 2) return;
  throw new DataError(
    "positive-unknown",
    target.classes === undefined
      ? `a positive value is given, but the target "${target.name}" is learnt as a number`
      : `a positive value is given, but the target "${target.name}" has ${target.classes.length} classes: ${listed(target.classes)}`,
    "Leave the positive value out: it belongs to a target of two classes.",
  );
}

/** Classes that differ by case or by blanks alone: most often one class, spelled in several ways. */
export function alikeClasses({ target }: Schema): string | undefined {
  const bySpelling = new Map<string, string[]>();
  for (const label of target?.classes ?? []) {
    const plain = label.normalize("NFKC").trim().replace(/\s+/g, " ").toLowerCase();
    bySpelling.set(plain, [...(bySpelling.get(plain) ?? []), label]);
  }
  const alike = [...bySpelling.values()].filter((labels) => labels.length > 1);
  if (alike.length === 0) return undefined;
  const shown = alike.slice(0, 5).map((labels) => labels.map((label) => JSON.stringify(label)).join(" and "));
  return `classes of ${target?.name} differ by case or by blanks alone: ${shown.join(", ")}${alike.length > 5 ? ", …" : ""}; each is learnt as a class of its own`;
}

/** Many classes of numbers: most often they are an amount, and each class has few rows. */
export function doubtfulClasses({ target }: Schema, table: Table): string | undefined {
  if (target?.classes === undefined || target.classes.length <= classLimit) return undefined;
  const numbers = target.classes.every((label) => Number.isFinite(Number(label)));
  const few = table.rowCount < 10 * target.classes.length;
  if (!numbers && !few) return undefined;
  return (
    `the target ${target.name} has ${target.classes.length} classes in ${table.rowCount} rows` +
    (numbers ? ", all of them numbers: --task regression would learn the number" : ": most have few rows to learn from")
  );
}

const listed = (names: readonly string[]): string => `${names.slice(0, 6).join(", ")}${names.length > 6 ? ", …" : ""}`;

/** Few whole numbers are still numbers when they are asked for. */
function asLearnt(schema: Schema, family: TaskFamily | undefined): Schema {
  if (family === undefined || family.classes || schema.target === undefined) return schema;
  const { name, type, missing } = schema.target;
  return { ...schema, target: { name, type, missing, classes: undefined } };
}

/** What parts of the table keep: the target's distribution, and groups whole. */
export function splitBy({ target, group }: Schema): { stratify?: string; group?: string } {
  return { ...(target === undefined ? {} : { stratify: target.name }), ...(group === undefined ? {} : { group }) };
}
