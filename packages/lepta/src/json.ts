// JSON values, and the hash that equal values share whatever their keys' order.
import { createHash } from "node:crypto";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json | undefined };
export type JsonObject = { readonly [name: string]: Json | undefined };

/** JSON with sorted keys; keys whose value is undefined are absent. */
function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value as JsonObject).filter(([, item]) => item !== undefined) as [string, Json][];
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${canonicalJson(item)}`).join(",")}}`;
}

/** Hex SHA-256 of the canonical form. */
export function hashOf(value: Json): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}

/** A copy in plain JSON: no key that is undefined, no reference to anything outside. */
export function plainCopy<T extends JsonObject>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
