// A tenant's handle: every statement through it runs as the application's role, with the organisation set.
import { sql } from "drizzle-orm";
import { ServerError } from "../errors.ts";
import type { Connection, Sql } from "./connection.ts";
import { isUuid } from "./id.ts";
import { type LockClass, lockClasses } from "./locks.ts";

export interface Tenant {
  readonly organisationId: string;
  /**
   * Runs work in one transaction that sees and writes this organisation's rows only (row-level security).
   * The work must use `sql` with bound parameters. Text that came from outside is never a statement: whoever could
   * write statements could take another role or name another organisation.
   */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /**
   * One statement in a transaction of its own, for the busiest paths: on PGlite it is one message to the worker.
   * @param text a constant: it is prepared once a connection
   * @param shared a lock that is taken, shared, before the statement looks at anything
   */
  statement(
    text: string,
    values: readonly unknown[],
    options?: { shared?: LockClass },
  ): Promise<Record<string, unknown>[]>;
}

/**
 * What the planner must not do in a tenant's transaction: read a table through, which has every tenant's rows. It would
 * where it takes the tables for small, as it does without statistics, which the embedded database never collects.
 */
const planner = "set_config('enable_seqscan', 'off', true)";

/**
 * All until the transaction's end only: SET LOCAL, written so that one statement does both. The id stands in the text,
 * which PGlite runs in a third of the time; it has been checked to be a UUID.
 */
const enter = (organisationId: string, shared?: LockClass) =>
  `select set_config('role', 'lepta_app', true), set_config('lepta.organisation', '${organisationId}', true), ${planner}${
    shared === undefined
      ? ""
      : `, pg_advisory_xact_lock_shared(hashtextextended('${organisationId}', ${lockClasses[shared]}))`
  }`;

export function tenantOf(connection: Connection, organisationId: string): Tenant {
  if (!isUuid(organisationId)) {
    throw new ServerError("organisation-not-found", "an organisation's id is a UUID", {
      fix: "Use the organisation's id.",
    });
  }
  return {
    organisationId,
    transaction: (work) =>
      connection.sql.transaction(async (tx) => {
        await tx.execute(
          sql`select set_config('role', 'lepta_app', true), set_config('lepta.organisation', ${organisationId}, true), ${sql.raw(planner)}`,
        );
        return work(tx);
      }),
    statement: (text, values, { shared } = {}) =>
      connection.together([
        { sql: enter(organisationId, shared), params: [] },
        { sql: text, params: values },
      ]),
  };
}
