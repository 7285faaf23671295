// What one organisation lets another see.
import { sql } from "drizzle-orm";
import { foreignKey, index, pgPolicy, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { organisations } from "./organisations.ts";
import { products } from "./products.ts";
import { appRole, createdAt, currentOrganisation, instant, lepta, organisationId, tenantPolicy } from "./tenancy.ts";

export const grants = lepta.table(
  "grants",
  {
    /** The giver: only it makes and revokes the grant. */
    organisationId: organisationId(),
    id: uuid("id").notNull(),
    /** The organisation that may look. */
    granteeId: uuid("grantee_id").notNull(),
    product: text("product").notNull(),
    /** metrics: the product's versions with their metrics and data hashes, never rows or models. */
    subject: text("subject", { enum: ["metrics"] }).notNull(),
    createdAt: createdAt(),
    revokedAt: instant("revoked_at"),
  },
  (t) => [
    primaryKey({ columns: [t.organisationId, t.id] }),
    foreignKey({
      name: "grants_product",
      columns: [t.organisationId, t.product],
      foreignColumns: [products.organisationId, products.name],
    }),
    foreignKey({ name: "grants_grantee", columns: [t.granteeId], foreignColumns: [organisations.id] }),
    index("grants_to").on(t.granteeId),
    tenantPolicy(),
    pgPolicy("grantee", { for: "select", to: appRole, using: sql`grantee_id = ${currentOrganisation}` }),
  ],
);
