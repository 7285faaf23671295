// Requests that may be repeated under a key of the caller's (draft-ietf-httpapi-idempotency-key-header): the key makes
// the ids of the predictions, and is kept with what was asked, so that it cannot be used for anything else.
import { createHash } from "node:crypto";
import { ApiError, type Row } from "@lepta/api";
import type { Tenant } from "../db/tenant.ts";

export interface RequestKey {
  /** The caller's: a header's or a field's, which do not mix. */
  kind: "header" | "field";
  value: string;
  /** Of the API key: another key's callers have keys of their own. */
  keyId: string;
}

/** What is kept of a key: hashed, since callers may put anything into it. */
export function keyHash({ kind, value, keyId }: RequestKey, product: string): string {
  return sha256(JSON.stringify([kind, keyId, product, value]));
}

interface Asked {
  row: Row;
  subject?: string | undefined;
  id?: string | undefined;
}

/** Equal for equal requests, whatever the order of a row's fields. @param by the version that was named, if one was. */
export function fingerprintOf(requests: readonly Asked[], by: number | undefined): string {
  const hash = createHash("sha256").update(JSON.stringify([by ?? null, requests.length]));
  for (const { row, subject, id } of requests) {
    const fields = Object.keys(row)
      .sort()
      .map((name) => [name, row[name]]);
    hash.update(JSON.stringify([subject ?? null, id?.toLowerCase() ?? null, fields]));
  }
  return hash.digest("hex");
}

/** The id of a request's row: a UUID of version 8 (RFC 9562), the same at each repeat. */
export function derivedId(hash: string, index: number): string {
  const hex = sha256(`${hash} ${index}`);
  const variant = "89ab"[Number.parseInt(hex[16] as string, 16) % 4];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Whether the key was used before. @throws ApiError idempotency-mismatch when it was, for another request. */
export async function knowsRequest(tenant: Tenant, hash: string, fingerprint: string): Promise<boolean> {
  const rows = await tenant.statement("select fingerprint from lepta.request_keys where key = $1", [hash]);
  const [known] = rows as { fingerprint: string }[];
  if (known && known.fingerprint !== fingerprint) throw mismatch();
  return known !== undefined;
}

/** Keeps the key for this request; of several at once one does. @throws ApiError idempotency-mismatch */
export async function claimRequest(tenant: Tenant, hash: string, fingerprint: string): Promise<void> {
  await tenant.statement(
    "insert into lepta.request_keys (organisation_id, key, fingerprint) values ($1::uuid, $2, $3) on conflict do nothing",
    [tenant.organisationId, hash, fingerprint],
  );
  await knowsRequest(tenant, hash, fingerprint);
}

function mismatch(): ApiError {
  return new ApiError("idempotency-mismatch", "the key was used before for another request", {
    fix: "Use a new key for a new request; a repeat sends what the first call sent.",
  });
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}
