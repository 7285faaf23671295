// What a table says of the product that can be made of it.
import { basename } from "node:path";
import { inferSchema, profileTable, readTable, type Schema, suggestName, type Table } from "@lepta/data";
import { taskFamilies, taskFor } from "@lepta/ml";
import { CliError } from "../errors.ts";
import { rejectedText, suspectsOf } from "../text/table-text.ts";
import { doubtfulClasses } from "./prepare.ts";

/** Names of files that are read as tables. */
export const tableFile: RegExp = /\.(csv|tsv|ndjson|jsonl)(\.gz)?$|\.parquet$/;

export interface FoundOut {
  readonly name: string;
  readonly rows: number;
  /** The maker of the task that takes the target: `tabular.<task>()`. */
  readonly task: string;
  readonly target: { readonly name: string; readonly reason: string };
  readonly positive: { readonly label: string; readonly reason: string } | undefined;
  /** null for a number. */
  readonly classes: readonly { readonly label: string; readonly count: number }[] | null;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
  readonly warnings: readonly string[];
}

interface Given {
  readonly target?: string;
  readonly positive?: string;
  readonly name?: string;
}

/** What people call the column that they want to know. */
const targetNames =
  /^(target|label|class|outcome|y|result|response|risk|churn(ed)?|fraud|is_?fraud|default(ed)?|survived|diagnosis|converted|returned|bought|price|quality)$/i;
/** Classes that probabilities are asked of. */
const positiveNames =
  /^(yes|y|true|t|1|bad|positive|pos|fraud|churn(ed)?|default(ed)?|late|returned|converted|malignant|m|spam|survived|sick|fail(ed|ure)?|lost|high)$/i;

/** Most classes of a last column that is taken for the target by its place. */
const mostClasses = 20;

/** Throws what reading throws, and `usage-invalid` where the target cannot be told. */
export async function findOut(path: string, given: Given): Promise<FoundOut> {
  const table = await readTable(path);
  const target = targetOf(table, given.target);
  const schema = inferSchema(table, { target: target.name });
  const profile = profileTable(table, schema);
  const classes = profile.target?.classes?.map(({ label, count }) => ({ label, count })) ?? null;
  const positive = positiveOf(classes, given.positive);
  const suspects = suspectsOf(profile).map(({ name, reason }) => `${name} may give the target away: ${reason}`);
  const doubt = doubtfulClasses(schema, table);
  return {
    name: productName(given.name ?? basename(path).replace(/\..*$/, ""), given.name !== undefined),
    rows: table.rowCount,
    task: makerFor(schema),
    target,
    positive,
    classes,
    columns: schema.features.map(({ name, type }) => ({ name, type })),
    leftOut: schema.leftOut.map(({ name, reason }) => ({ name, reason })),
    warnings: [...suspects, ...(doubt === undefined ? [] : [doubt]), ...rejectedText(table.rejected)],
  };
}

function makerFor(schema: Schema): string {
  const task = taskFor(schema);
  return taskFamilies().find(({ tasks }) => tasks.includes(task))?.maker ?? task.name;
}

function targetOf(table: Table, given: string | undefined): FoundOut["target"] {
  const names = table.columns.map(({ name }) => name);
  if (given !== undefined) {
    if (names.includes(given)) return { name: given, reason: "as you say" };
    throw new CliError("usage-invalid", `--target ${given}: the table has no such column.`, suggestName(given, names));
  }
  const named = names.filter((name) => targetNames.test(name));
  if (named.length === 1) return { name: named[0] as string, reason: "by its name" };
  const last = table.columns.at(-1);
  if (last !== undefined && named.length === 0) {
    const values = new Set<number | string>(last.data);
    if (last.type !== "timestamp" && values.size >= 2 && values.size <= mostClasses)
      return { name: last.name, reason: "the last column, of few values" };
  }
  throw new CliError(
    "usage-invalid",
    `Which column is to be predicted? ${named.length > 1 ? `Named like one are ${named.join(", ")}.` : `There are ${names.join(", ")}.`}`,
    `Name it: --target ${named[0] ?? names.at(-1)}.`,
  );
}

function positiveOf(classes: FoundOut["classes"], given: string | undefined): FoundOut["positive"] {
  if (given !== undefined) {
    if (classes?.some(({ label }) => label === given)) return { label: given, reason: "as you say" };
    const labels = classes?.map(({ label }) => label) ?? [];
    throw new CliError(
      "usage-invalid",
      `--positive ${given}: ${classes === null ? "the target is a number" : "the target has no such class"}.`,
      classes === null ? "Leave it out." : suggestName(given, labels),
    );
  }
  if (classes === null || classes.length !== 2) return undefined;
  const named = classes.filter(({ label }) => positiveNames.test(label));
  if (named.length === 1) return { label: named[0]?.label as string, reason: "by its name" };
  const [rarer] = [...classes].sort((a, b) => a.count - b.count);
  return rarer === undefined ? undefined : { label: rarer.label, reason: "the rarer class" };
}

/** A name that can stand in a path. */
function productName(wanted: string, said: boolean): string {
  const name =
    wanted
      .toLowerCase()
      .replace(/[^a-z0-9_-]+/g, "-")
      .replace(/^[-_]+|-+$/g, "")
      .slice(0, 64) || "product";
  if (!said || name === wanted) return name;
  throw new CliError(
    "usage-invalid",
    `The product's name "${wanted}" cannot stand in a path.`,
    `Use lower-case letters, digits, - and _, for example --name ${name}.`,
  );
}
