// Grants: one organisation lets another see a product's versions with their metrics, and takes it back at will.
import type { Interval } from "@lepta/api";
import { and, desc, eq, isNull, sql } from "drizzle-orm";
import { isUuid, newId } from "../db/id.ts";
import { grants, modelVersions } from "../db/schema.ts";
import type { Store } from "../db/store.ts";
import type { Tenant } from "../db/tenant.ts";
import { ServerError } from "../errors.ts";
import { requireProduct } from "../registry/products.ts";

export interface Grant {
  id: string;
  /** Organisation that gives. */
  from: string;
  /** Organisation that may look. */
  to: string;
  product: string;
  createdAt: string;
  revokedAt: string | null;
}

/** What a grantee sees of a version: how good it is and on which data, never the model, its rows or its predictions. */
export interface SharedVersion {
  product: string;
  name: string;
  version: number;
  metrics: Record<string, Interval>;
  dataHash: string;
  trainedRows: number | null;
  createdAt: string;
}

/** @throws ApiError product-not-found, organisation-not-found */
export async function grantMetrics(tenant: Tenant, { to, product }: { to: string; product: string }): Promise<Grant> {
  if (!isUuid(to) || to === tenant.organisationId) throw noOrganisation(to);
  try {
    const [made] = await tenant.transaction(async (tx) => {
      await requireProduct(tx, product);
      return tx
        .insert(grants)
        .values({ organisationId: tenant.organisationId, id: newId(), granteeId: to, product, subject: "metrics" })
        .returning();
    });
    return toGrant(made!);
  } catch (error) {
    // Organisations are not visible to one another: only the foreign key knows whether there is one.
    if ((error as { cause?: { constraint?: string } }).cause?.constraint === "grants_grantee") throw noOrganisation(to);
    throw error;
  }
}

/** Those given and those received, newest first. */
export async function listGrants(tenant: Tenant): Promise<Grant[]> {
  const rows = await tenant.transaction((tx) =>
    tx.select().from(grants).orderBy(desc(grants.createdAt), desc(grants.id)),
  );
  return rows.map(toGrant);
}

/** Only the giver can. From here on the grantee sees nothing. @throws ServerError grant-not-found */
export async function revokeGrant(tenant: Tenant, id: string): Promise<Grant> {
  const own = and(eq(grants.organisationId, tenant.organisationId), eq(grants.id, isUuid(id) ? id : newId()));
  const row = await tenant.transaction(async (tx) => {
    await tx
      .update(grants)
      .set({ revokedAt: sql`now()` })
      .where(and(own, isNull(grants.revokedAt)));
    return (await tx.select().from(grants).where(own))[0];
  });
  if (!row) throw noGrant(id);
  return toGrant(row);
}

/**
 * What a grant lets its grantee see. The grant is read as the grantee, whose rows it must be among; then the versions
 * as the giver, after the grant was read once more as the giver's own.
 * @throws ServerError grant-not-found when there is none, it is not the tenant's, or it was revoked
 */
export async function sharedVersions(store: Store, grantee: Tenant, grantId: string): Promise<SharedVersion[]> {
  const inForce = and(
    eq(grants.id, isUuid(grantId) ? grantId : newId()),
    eq(grants.granteeId, grantee.organisationId),
    isNull(grants.revokedAt),
  );
  const [grant] = await grantee.transaction((tx) => tx.select().from(grants).where(inForce));
  if (!grant) throw noGrant(grantId);
  return store.tenant(grant.organisationId).transaction(async (tx) => {
    const [still] = await tx.select().from(grants).where(inForce);
    if (!still) throw noGrant(grantId);
    const rows = await tx
      .select()
      .from(modelVersions)
      .where(eq(modelVersions.product, still.product))
      .orderBy(desc(modelVersions.version));
    return rows.map(({ product, name, version, metrics, dataHash, trainedRows, createdAt }) => ({
      product,
      name,
      version,
      metrics,
      dataHash,
      trainedRows,
      createdAt: createdAt.toISOString(),
    }));
  });
}

function toGrant(row: typeof grants.$inferSelect): Grant {
  return {
    id: row.id,
    from: row.organisationId,
    to: row.granteeId,
    product: row.product,
    createdAt: row.createdAt.toISOString(),
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}

function noGrant(id: string): ServerError {
  return new ServerError("grant-not-found", `there is no grant ${id} in force`, {
    fix: "List the grants; only the giver revokes one, and a revoked one shows nothing.",
  });
}

function noOrganisation(id: string): ServerError {
  return new ServerError("organisation-not-found", `no other organisation has the id ${id}`, {
    fix: "Ask the other organisation for its id.",
  });
}
