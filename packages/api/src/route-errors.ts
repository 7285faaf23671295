// Which codes a route can answer: its own, and those that every route of its kind has.
import type { ApiErrorCode } from "./errors.ts";
import type { Route } from "./route.ts";

/** What any route can answer. */
const anyErrors = ["host-not-allowed", "database-unreachable", "store-full", "store-locked", "internal-error"] as const;
/** What any route that needs a key can answer. */
export const keyErrors = [
  "missing-key",
  "unknown-key",
  "revoked-key",
  "missing-scope",
  "rate-limited",
] as const satisfies readonly ApiErrorCode[];
/** What any route with a body can answer. */
export const bodyErrors = [
  "malformed-json",
  "invalid-request",
  "body-too-large",
  "unsupported-media-type",
] as const satisfies readonly ApiErrorCode[];

/** Every code that a route can answer. */
export function routeErrors(route: Route): ApiErrorCode[] {
  return [
    ...new Set<ApiErrorCode>([
      ...(route.scope === null ? [] : keyErrors),
      ...(route.body ? bodyErrors : []),
      ...(route.upload ? (["body-too-large", "unsupported-media-type"] as const) : []),
      ...(route.params || route.query ? (["invalid-request"] as const) : []),
      ...route.errors,
      ...anyErrors,
    ]),
  ];
}
