// How many rows the database reads for a piece of work, by table: what work costs, whatever the machine does beside it.
import { sql } from "drizzle-orm";
import type { Sql } from "../src/db/connection.ts";
import type { Tenant } from "../src/db/tenant.ts";

export interface RowsRead {
  /** Rows that sequential scans went over, by table. */
  sequential: Record<string, number>;
  /** Rows fetched by an index, by table. */
  byIndex: Record<string, number>;
  /** All of both. */
  total: number;
  /** Most in one transaction. */
  most: number;
  transactions: number;
}

/** A tenant that counts what its transactions read. `read` is added to as they end. */
export function countingRows(tenant: Tenant): { tenant: Tenant; read: RowsRead } {
  const read: RowsRead = { sequential: {}, byIndex: {}, total: 0, most: 0, transactions: 0 };
  return {
    read,
    tenant: {
      ...tenant,
      transaction: (work) =>
        tenant.transaction(async (tx) => {
          const before = await rowsOf(tx);
          const result = await work(tx);
          add(read, before, await rowsOf(tx));
          return result;
        }),
    },
  };
}

interface TableRows extends Record<string, unknown> {
  name: string;
  sequential: number;
  by_index: number;
}

/**
 * The server's own counters, which it keeps without any statistics of the planner. They are the connection's since it
 * last handed them on, so that work is the difference of two.
 */
async function rowsOf(tx: Sql): Promise<TableRows[]> {
  const { rows } = await tx.execute<TableRows>(sql`
    select relname as name, seq_tup_read::float8 as sequential, coalesce(idx_tup_fetch, 0)::float8 as by_index
    from pg_stat_xact_user_tables where schemaname = 'lepta' and seq_tup_read + coalesce(idx_tup_fetch, 0) > 0`);
  return rows;
}

function add(read: RowsRead, before: readonly TableRows[], after: readonly TableRows[]): void {
  const start = new Map(before.map((row) => [row.name, row]));
  let sum = 0;
  for (const { name, ...row } of after) {
    const sequential = row.sequential - (start.get(name)?.sequential ?? 0);
    const by_index = row.by_index - (start.get(name)?.by_index ?? 0);
    read.sequential[name] = (read.sequential[name] ?? 0) + sequential;
    read.byIndex[name] = (read.byIndex[name] ?? 0) + by_index;
    sum += sequential + by_index;
  }
  read.total += sum;
  read.most = Math.max(read.most, sum);
  read.transactions += 1;
}
