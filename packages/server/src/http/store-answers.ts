// Whether the store takes work: it answers, in time, and takes writes.
import { ApiError } from "@lepta/api";
import { sql } from "drizzle-orm";
import { databaseFault } from "../db/database-fault.ts";
import type { Store } from "../db/store.ts";

/** Milliseconds after which a store that has not answered is not well; nobody waits longer to be told. */
const lateMs = 2_000;

/** @throws ApiError store-full, database-unreachable: it does not answer in two seconds, or only reads (a full disk, a standby) */
export async function requireStore(store: Store): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unwell("the database does not answer in two seconds")), lateMs);
  });
  try {
    const asked = store.owner.sql.execute<{ only: boolean }>(
      sql`select current_setting('transaction_read_only') = 'on' as only`,
    );
    const { rows } = await Promise.race([asked, late]);
    if (rows[0]?.only === true) throw unwell("the database takes no writes: its disk is full, or it is a standby");
  } catch (error) {
    throw databaseFault(error) ?? error;
  } finally {
    clearTimeout(timer);
  }
}

function unwell(message: string): ApiError {
  return new ApiError("database-unreachable", message, {
    fix: "Try again in a moment; the server's operator looks after its database.",
    retryAfterSeconds: 5,
  });
}
