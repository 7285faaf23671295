// Advisory locks of one organisation, each held to its transaction's end. On PGlite's one connection they cost nothing.
import { sql } from "drizzle-orm";
import type { Sql } from "./connection.ts";

/** What is locked: the making of invoices; what price a moment has (shared by all that count usage). */
export const lockClasses = { invoices: 1, prices: 2 } as const;
export type LockClass = keyof typeof lockClasses;

/** Waits until nobody holds it otherwise. */
export async function lock(
  tx: Sql,
  organisationId: string,
  name: LockClass,
  mode: "exclusive" | "shared" = "exclusive",
): Promise<void> {
  const take = sql.raw(mode === "shared" ? "pg_advisory_xact_lock_shared" : "pg_advisory_xact_lock");
  await tx.execute(sql`select ${take}(hashtextextended(${organisationId}, ${lockClasses[name]}))`);
}
