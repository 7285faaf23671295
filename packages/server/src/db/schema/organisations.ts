// Organisations and their API keys.
import { sql } from "drizzle-orm";
import { boolean, foreignKey, index, pgPolicy, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import { appRole, createdAt, currentOrganisation, instant, lepta, organisationId, tenantPolicy } from "./tenancy.ts";

export const organisations = lepta.table(
  "organisations",
  {
    id: uuid("id").primaryKey(),
    name: text("name").notNull().unique(),
    /** Hex; subjects are stored as SHA-256 of salt and subject. */
    subjectSalt: text("subject_salt").notNull(),
    createdAt: createdAt(),
  },
  () => [pgPolicy("tenant", { for: "select", to: appRole, using: sql`id = ${currentOrganisation}` })],
);

export const apiKeys = lepta.table(
  "api_keys",
  {
    organisationId: organisationId(),
    id: uuid("id").notNull(),
    name: text("name").notNull(),
    /** The secret's first characters, to recognise a key by. */
    prefix: text("prefix").notNull(),
    /** Hex SHA-256 of the secret. */
    hash: text("hash").notNull(),
    scopes: text("scopes").array().notNull(),
    /** What is used with it is the organisation's own use: counted, never billed. */
    own: boolean("own").notNull().default(false),
    createdAt: createdAt(),
    lastUsedAt: instant("last_used_at"),
    revokedAt: instant("revoked_at"),
  },
  (t) => [
    primaryKey({ columns: [t.organisationId, t.id] }),
    unique("api_keys_hash").on(t.hash),
    index("api_keys_newest").on(t.organisationId, t.createdAt, t.id),
    foreignKey({ name: "api_keys_organisation", columns: [t.organisationId], foreignColumns: [organisations.id] }),
    tenantPolicy(),
  ],
);
