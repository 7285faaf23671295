// Rows by many keys, each fetched by the index. `id in (…)` would leave that to the planner, which without statistics
// takes an organisation for a handful of rows and reads them all.
import { eq, type InferSelectModel, type SQL, sql } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import type { Sql } from "./connection.ts";

/**
 * @param column unique in the table with the organisation (and with what `where` fixes) @param keys of that column
 * @returns at most one row a key, in no particular order
 */
export async function rowsByKeys<T extends PgTable>(
  tx: Sql,
  table: T,
  column: PgColumn,
  keys: readonly string[],
  where?: SQL,
): Promise<InferSelectModel<T>[]> {
  if (keys.length === 0) return [];
  const wanted = sql`${eq(column, sql`wanted.key`)}${where === undefined ? sql`` : sql` and ${where}`}`;
  // The limit keeps the planner from making a join of it.
  const found = tx
    .select()
    .from(table as PgTable)
    .where(wanted)
    .limit(1)
    .as("found");
  const given = sql`unnest(${sql.param([...new Set(keys)])}::${sql.raw(column.getSQLType())}[]) as wanted(key)`;
  const rows = await tx.select().from(given).crossJoinLateral(found);
  return rows.map((row) => (row as unknown as { found: InferSelectModel<T> }).found);
}
