// How many rows of a table a bundle's model has learnt from.
import { groupsOf, type Table, takeColumns } from "@lepta/data";
import { type Overlap, overlapOf, repeatShare } from "../evaluate/overlap.ts";
import type { TrainedTask } from "../tasks/trained-task.ts";
import { type Bundle, readRowFilter } from "./read-bundle.ts";
import { mayHold } from "./row-filter.ts";

export interface TrainedOverlap extends Overlap {
  /** Whether the table is the very one that the model was made from, in whatever order. */
  readonly sameTable: boolean;
}

/**
 * @param table with the model's columns and the target, read as the model takes them
 * @param groups one small whole number a row, where rows of one number were drawn together
 * @returns undefined where the bundle came without `rows.bloom`. Throws `bundle-corrupt`, `unknown-column`
 */
export async function trainedOverlap(
  bundle: Bundle,
  table: Table,
  groups?: Int32Array,
): Promise<TrainedOverlap | undefined> {
  const filter = await readRowFilter(bundle);
  if (filter === undefined) return undefined;
  const { inputs, target, trainedOn, dataHash } = bundle.manifest;
  const own = takeColumns(table, [...inputs.map(({ name }) => name), target]);
  // A row that was not learnt from is taken for one that was as often as the filter errs.
  const share = trainedOn.repeatShare + (1 - trainedOn.repeatShare) * trainedOn.filter.falsePositives;
  const overlap = overlapOf(own.rowHashes, (hash) => mayHold(filter, hash), trainedOn.rows, share, groups);
  return { ...overlap, sameTable: own.hash === dataHash };
}

/**
 * Which rows of a table a bundle's model has, in all likelihood, learnt from: 1 a row, else 0.
 * @returns undefined where the bundle came without `rows.bloom`. Throws `bundle-corrupt`, `unknown-column`
 */
export async function learntRows(bundle: Bundle, table: Table): Promise<Uint8Array | undefined> {
  const filter = await readRowFilter(bundle);
  if (filter === undefined) return undefined;
  const { inputs, target } = bundle.manifest;
  const own = takeColumns(table, [...inputs.map(({ name }) => name), target]);
  return Uint8Array.from(own.rowHashes, (hash) => (mayHold(filter, hash) ? 1 : 0));
}

/** How many rows of a table a task has learnt from, exactly. Where the task has groups, the table has their column. */
export function taskOverlap(task: Pick<TrainedTask, "features" | "target" | "schema" | "rows">, table: Table): Overlap {
  const names = [...task.features.inputs.map(({ name }) => name), task.target.name];
  const learnt = takeColumns(task.rows, names).rowHashes;
  const known = new Set(learnt);
  const { group } = task.schema;
  const groups = (of: Table): Int32Array | undefined => (group === undefined ? undefined : groupsOf(of, group).groupOf);
  return overlapOf(
    takeColumns(table, names).rowHashes,
    (hash) => known.has(hash),
    learnt.length,
    repeatShare(learnt, groups(task.rows)),
    groups(table),
  );
}
