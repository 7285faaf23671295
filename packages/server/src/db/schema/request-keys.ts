// Keys by which callers repeat requests: what each was first used for.
import { foreignKey, primaryKey, text } from "drizzle-orm/pg-core";
import { organisations } from "./organisations.ts";
import { createdAt, lepta, organisationId, tenantPolicy } from "./tenancy.ts";

export const requestKeys = lepta.table(
  "request_keys",
  {
    organisationId: organisationId(),
    /** Hex SHA-256 of the API key's id, the product and the caller's key. */
    key: text("key").notNull(),
    /** Hex SHA-256 of what was asked. */
    fingerprint: text("fingerprint").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.organisationId, t.key] }),
    foreignKey({ name: "request_keys_organisation", columns: [t.organisationId], foreignColumns: [organisations.id] }),
    tenantPolicy(),
  ],
);
