// Organisations: the tenants. Made and found by the owner's connection; a tenant sees only its own row.
import { createHash, randomBytes } from "node:crypto";
import { ApiError } from "@lepta/api";
import { asc, eq } from "drizzle-orm";
import { newId } from "../db/id.ts";
import { organisations } from "../db/schema.ts";
import type { Store } from "../db/store.ts";
import { ServerError } from "../errors.ts";

export interface Organisation {
  id: string;
  name: string;
  createdAt: string;
}

/** @throws ApiError name-taken */
export async function createOrganisation(store: Store, { name }: { name: string }): Promise<Organisation> {
  const [made] = await store.owner.sql
    .insert(organisations)
    .values({ id: newId(), name, subjectSalt: randomBytes(32).toString("hex") })
    .onConflictDoNothing({ target: organisations.name })
    .returning();
  if (made) return toOrganisation(made);
  throw new ApiError("name-taken", `an organisation is called ${name} already`, { fix: "Choose another name." });
}

/** The organisation of this name, made where there is none; of several processes that start at once one makes it. */
export async function ensureOrganisation(store: Store, { name }: { name: string }): Promise<Organisation> {
  const known = await findOrganisation(store, name);
  if (known) return known;
  try {
    return await createOrganisation(store, { name });
  } catch (error) {
    const made = await findOrganisation(store, name);
    if (made) return made;
    throw error;
  }
}

export async function findOrganisation(store: Store, name: string): Promise<Organisation | undefined> {
  const [found] = await store.owner.sql.select().from(organisations).where(eq(organisations.name, name));
  return found && toOrganisation(found);
}

/** All, oldest first: for the jobs that go through every tenant. */
export async function listOrganisations(store: Store): Promise<Organisation[]> {
  const all = await store.owner.sql.select().from(organisations).orderBy(asc(organisations.id));
  return all.map(toOrganisation);
}

/** @throws ServerError organisation-not-found */
export async function subjectSalt(store: Store, organisationId: string): Promise<string> {
  const rows = await store
    .tenant(organisationId)
    .transaction((tx) => tx.select({ salt: organisations.subjectSalt }).from(organisations));
  const salt = rows[0]?.salt;
  if (salt !== undefined) return salt;
  throw new ServerError("organisation-not-found", `no organisation has the id ${organisationId}`, {
    fix: "Use the id that createOrganisation gave.",
  });
}

/** What is stored in a subject's place: it cannot be read back, and differs from organisation to organisation. */
export function hashSubject(salt: string, subject: string): string {
  return createHash("sha256").update(salt, "hex").update(subject, "utf8").digest("hex");
}

function toOrganisation(row: typeof organisations.$inferSelect): Organisation {
  return { id: row.id, name: row.name, createdAt: row.createdAt.toISOString() };
}
