// From a secret to an organisation. Keys, known and unknown, are remembered for a moment; the store is asked again after.
import { timingSafeEqual } from "node:crypto";
import { ApiError, type Scope } from "@lepta/api";
import { and, eq, sql } from "drizzle-orm";
import { apiKeys } from "../db/schema.ts";
import type { Store } from "../db/store.ts";
import { hashSecret, isSecret } from "./keys.ts";

export interface Caller {
  organisationId: string;
  keyId: string;
  scopes: readonly Scope[];
  /** What is used with the key is the organisation's own use. */
  own: boolean;
}

export interface Authenticator {
  /**
   * @param stranger is called before a key that this process never knew is looked up; what it throws is thrown.
   * @throws ApiError missing-key, unknown-key, revoked-key
   */
  authenticate(secret: string | undefined, stranger?: () => void): Promise<Caller>;
  /** Forgets a key now: call it with revokeKey's id, so that this process refuses the key from the next request on. */
  forget(keyId: string): void;
}

/** For how long a key is taken as read: at most so long another process goes on accepting a revoked key. */
const rememberMs = 2_000;
/** Keys of each kind; beyond it the oldest is forgotten. */
const maxRemembered = 10_000;
/** How exactly `lastUsedAt` is kept. */
const lastUsedEveryMs = 60_000;

export function createAuthenticator(store: Store, now: () => number = Date.now): Authenticator {
  const remembered = new Map<string, { caller: Caller; until: number }>();
  /** Why keys are refused. */
  const refused = new Map<string, { error: ApiError; until: number }>();
  const noted = new Map<string, number>();

  async function look(hash: Buffer): Promise<Caller> {
    // The organisation is not known yet, so no tenant's transaction: the owner reads this one table by the hash.
    const [row] = await store.owner.sql
      .select()
      .from(apiKeys)
      .where(eq(apiKeys.hash, hash.toString("hex")));
    if (!row || !timingSafeEqual(Buffer.from(row.hash, "hex"), hash)) throw unknownKey();
    if (row.revokedAt) {
      throw new ApiError("revoked-key", `the API key ${row.prefix}… was revoked at ${row.revokedAt.toISOString()}`, {
        fix: "Use another key, or make one with POST /v1/keys.",
      });
    }
    return { organisationId: row.organisationId, keyId: row.id, scopes: row.scopes as Scope[], own: row.own };
  }

  function noteUse(caller: Caller): void {
    const at = now();
    if (at - (noted.get(caller.keyId) ?? 0) < lastUsedEveryMs) return;
    noted.set(caller.keyId, at);
    store
      .tenant(caller.organisationId)
      .transaction((tx) =>
        tx
          .update(apiKeys)
          .set({ lastUsedAt: sql`now()` })
          .where(and(eq(apiKeys.organisationId, caller.organisationId), eq(apiKeys.id, caller.keyId))),
      )
      // Only a note: a request does not fail for it.
      .catch(() => noted.delete(caller.keyId));
  }

  return {
    async authenticate(secret, stranger) {
      if (secret === undefined || secret === "") {
        throw new ApiError("missing-key", "the request carries no API key", {
          fix: "Send Authorization: Bearer lepta_…",
        });
      }
      const hash = hashSecret(secret);
      const name = hash.toString("base64");
      const known = remembered.get(name);
      if (known && known.until > now()) return known.caller;
      // A key that was good a moment ago is no stranger's: its callers are not held back for others of their address.
      if (!known) stranger?.();
      const wrong = refused.get(name);
      if (wrong && wrong.until > now()) throw wrong.error;
      try {
        // What has another form was never a key: nobody is asked.
        if (!isSecret(secret)) throw unknownKey();
        const caller = await look(hash);
        keep(remembered, name, { caller, until: now() + rememberMs });
        noteUse(caller);
        return caller;
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) {
          remembered.delete(name);
          keep(refused, name, { error, until: now() + rememberMs });
        }
        throw error;
      }
    },
    forget(keyId) {
      for (const [name, { caller }] of remembered) if (caller.keyId === keyId) remembered.delete(name);
    },
  };
}

function unknownKey(): ApiError {
  return new ApiError("unknown-key", "no API key matches", {
    fix: "Check that the key was copied whole and is of this server; POST /v1/keys makes a new one.",
  });
}

/** As the newest; the oldest makes room. */
function keep<T>(map: Map<string, T>, name: string, value: T): void {
  map.delete(name);
  if (map.size >= maxRemembered) map.delete(map.keys().next().value as string);
  map.set(name, value);
}

/** @throws ApiError missing-scope */
export function requireScope(caller: Caller, scope: Scope): void {
  if (caller.scopes.includes(scope)) return;
  throw new ApiError("missing-scope", `the API key lacks the scope ${scope}`, {
    fix: `Make a key with the scope ${scope} (POST /v1/keys).`,
  });
}
