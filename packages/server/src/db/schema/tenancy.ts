// What every table shares: the schema, the application's role, the tenant column and its policy, times.
import { sql } from "drizzle-orm";
import { pgPolicy, pgRole, pgSchema, timestamp, uuid } from "drizzle-orm/pg-core";

/** Our tables live in their own schema: a shared database keeps its own names. */
export const lepta = pgSchema("lepta");

/** The role that tenant transactions take: no login, no BYPASSRLS, owner of nothing. Made by the first migration. */
export const appRole = pgRole("lepta_app").existing();

/** The organisation of the transaction; null (so no row at all) when none is set. One evaluation a statement. */
export const currentOrganisation = sql`(select nullif(current_setting('lepta.organisation', true), '')::uuid)`;

export const organisationId = () => uuid("organisation_id").notNull();

/** Rows are seen and written by their own organisation only. */
export const tenantPolicy = () =>
  pgPolicy("tenant", {
    as: "permissive",
    for: "all",
    to: appRole,
    using: sql`organisation_id = ${currentOrganisation}`,
    withCheck: sql`organisation_id = ${currentOrganisation}`,
  });

/** UTC instant in milliseconds, as JavaScript counts them: what is read compares equal to what was written. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: "date" });
export const createdAt = () => instant("created_at").notNull().defaultNow();
