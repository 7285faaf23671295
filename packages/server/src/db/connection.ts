// One connection for both databases: drizzle over PGlite's worker or over a pool, with the same result shapes.
import type { PGlite } from "@electric-sql/pglite";
import { ApiError } from "@lepta/api";
import { type NodePgQueryResultHKT, drizzle as overPool } from "drizzle-orm/node-postgres";
import type { PgDatabase } from "drizzle-orm/pg-core";
import { drizzle as overPglite } from "drizzle-orm/pglite";
import pg from "pg";
import { openPgliteClient } from "./pglite-client.ts";
import * as schema from "./schema.ts";

export type Schema = typeof schema;
/** The query builder: a connection, or a transaction on it. */
export type Sql = PgDatabase<NodePgQueryResultHKT, Schema>;

export interface Connection {
  kind: "pglite" | "postgresql";
  sql: Sql;
  /** How the job queue reaches the same database: its own pool, or scripts on PGlite's one connection. */
  queue: { url: string } | { script(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }> };
  /**
   * Runs statements in one transaction, with as few trips as the database allows. One with parameters is prepared once a
   * connection, since planning takes longer than running: its text is a constant.
   * @returns the last one's rows
   */
  together(statements: readonly { sql: string; params: readonly unknown[] }[]): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** @param guard throws where the directory is another process's by now */
export async function connectPglite(dataDir: string, guard?: () => void): Promise<Connection> {
  const client = await openPgliteClient(dataDir, guard);
  // Drizzle asks of its client only query() and transaction(), which ours has; its type asks for the whole class.
  const sql = overPglite(client as unknown as PGlite, { schema }) as unknown as Sql;
  return {
    kind: "pglite",
    sql,
    queue: { script: async (text, values) => ({ rows: await client.script(text, values) }) },
    together: async (statements) => (await client.together(statements)).rows,
    close: () => client.close(),
  };
}

/** @throws ApiError database-unreachable when no connection can be made. */
export async function connectPostgresql(url: string, connections = 10): Promise<Connection> {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: 10_000,
    // Statements are short: compiling one, as costs without statistics would have it, takes longer than running it.
    options: "-c timezone=UTC -c jit=off",
    application_name: "lepta",
  });
  // A connection that the server ends is replaced at the next use. Without listeners it would end the process: idle in
  // the pool, and as well between two statements of a transaction, when nobody else listens.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => {
    client.on("error", () => undefined);
  });
  try {
    await pool.query("select 1");
  } catch (cause) {
    await pool.end();
    throw new ApiError("database-unreachable", `PostgreSQL at ${withoutPassword(url)} does not answer`, {
      cause,
      fix: "Check DATABASE_URL, and that the database is up and takes the login.",
    });
  }
  let open = true;
  const names = new Map<string, string>();
  const nameOf = (text: string): string => {
    const name = names.get(text) ?? `lepta_${names.size}`;
    names.set(text, name);
    return name;
  };
  const sql = overPool(pool, { schema });
  // Drizzle's own takes a connection and keeps it where `begin` fails: each would be lost to the pool for good.
  sql.transaction = async (work, config) => {
    const client = await pool.connect();
    try {
      return await overPool(client, { schema }).transaction(work, config);
    } finally {
      client.release();
    }
  };
  return {
    kind: "postgresql",
    sql,
    queue: { url },
    async together(statements) {
      const client = await pool.connect();
      let broken: Error | undefined;
      try {
        await client.query("begin");
        let rows: Record<string, unknown>[] = [];
        for (const { sql, params } of statements) {
          const prepared = params.length === 0 ? {} : { name: nameOf(sql), values: [...params] };
          rows = (await client.query<Record<string, unknown>>({ text: sql, ...prepared })).rows;
        }
        await client.query("commit");
        return rows;
      } catch (error) {
        await client.query("rollback").catch((cause: Error) => {
          broken = cause;
        });
        throw error;
      } finally {
        client.release(broken);
      }
    },
    async close() {
      if (!open) return;
      open = false;
      await pool.end();
    },
  };
}

function withoutPassword(url: string): string {
  try {
    const parsed = new URL(url);
    parsed.password = "";
    return parsed.href;
  } catch {
    return "the given address";
  }
}
