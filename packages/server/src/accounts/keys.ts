// API keys: made, listed, revoked. The secret is shown once; only its SHA-256 is stored.
import { createHash, randomBytes } from "node:crypto";
import { ApiError, type CreatedKey, type Key, type Page, type Scope } from "@lepta/api";
import { and, eq, isNull, sql } from "drizzle-orm";
import { isUuid, newId } from "../db/id.ts";
import { type PageRequest, pageOf, toPage } from "../db/page.ts";
import { apiKeys } from "../db/schema.ts";
import type { Tenant } from "../db/tenant.ts";

const secretPrefix = "lepta_";

/** 192 random bits: nothing slower than one SHA-256 is needed against guessing. */
export function newSecret(): string {
  return secretPrefix + randomBytes(24).toString("base64url");
}

/** Whether a text has the form of newSecret's. */
export function isSecret(text: string): boolean {
  return /^lepta_[A-Za-z0-9_-]{32}$/.test(text);
}

export function hashSecret(secret: string): Buffer {
  return createHash("sha256").update(secret, "utf8").digest();
}

export async function createKey(
  tenant: Tenant,
  { name, scopes, own = false }: { name: string; scopes: Scope[]; own?: boolean | undefined },
): Promise<CreatedKey> {
  const secret = newSecret();
  const [made] = await tenant.transaction((tx) =>
    tx
      .insert(apiKeys)
      .values({
        organisationId: tenant.organisationId,
        id: newId(),
        name,
        prefix: secret.slice(0, secretPrefix.length + 4),
        hash: hashSecret(secret).toString("hex"),
        scopes: [...new Set(scopes)],
        own,
      })
      .returning(),
  );
  return { ...toKey(made!), secret };
}

/** Newest first, revoked ones too. @throws ApiError invalid-request for a cursor that is none of ours. */
export async function listKeys(tenant: Tenant, request: PageRequest = {}): Promise<Page<Key>> {
  const { after, order, limit } = pageOf(request, apiKeys.createdAt, apiKeys.id);
  const rows = await tenant.transaction((tx) =>
    tx
      .select()
      .from(apiKeys)
      .where(after)
      .orderBy(...order)
      .limit(limit),
  );
  return toPage(rows, limit, toKey, ({ createdAt, id }) => ({ at: createdAt, id }));
}

/** A key that was revoked before stays as it was. @throws ApiError key-not-found */
export async function revokeKey(tenant: Tenant, id: string): Promise<Key> {
  const row = await tenant.transaction(async (tx) => {
    if (!isUuid(id)) return undefined;
    await tx
      .update(apiKeys)
      .set({ revokedAt: sql`now()` })
      .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt)));
    return (await tx.select().from(apiKeys).where(eq(apiKeys.id, id)))[0];
  });
  if (row) return toKey(row);
  throw new ApiError("key-not-found", `no API key has the id ${id}`, { fix: "GET /v1/keys lists the keys." });
}

function toKey(row: typeof apiKeys.$inferSelect): Key {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes as Scope[],
    own: row.own,
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}
