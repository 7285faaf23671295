// Cross-origin requests (CORS, the Fetch standard): pages of the origins that the operator names may ask this server.
import { idempotencyHeader } from "@lepta/api";
import type { Exchange } from "./exchange.ts";

const requestHeaders = [
  "authorization",
  "content-type",
  "content-encoding",
  idempotencyHeader.toLowerCase(),
  "inference-header-content-length",
  "last-event-id",
  "traceparent",
  "x-request-id",
].join(", ");
const responseHeaders = "x-request-id, traceparent, retry-after, inference-header-content-length";
/** Seconds for which a browser need not ask again. */
const maxAge = "600";

/**
 * @param origins e.g. https://shop.example; `*` is every origin. None: no page of another origin reads an answer.
 * @returns sets the headers of an answer; true where it was a preflight, which is answered.
 * @throws RangeError for what is no origin.
 */
export function crossOrigin(origins: readonly string[] = []): (exchange: Exchange) => boolean {
  for (const origin of origins) {
    if (origin !== "*" && !(URL.canParse(origin) && new URL(origin).origin === origin))
      throw new RangeError(`${JSON.stringify(origin)} is no origin; write it like https://shop.example`);
  }
  const allowed = new Set(origins);
  const every = allowed.has("*");
  return ({ request, response }) => {
    if (allowed.size === 0) return false;
    const { origin } = request.headers;
    if (!every) response.setHeader("vary", "origin");
    if (origin === undefined || !(every || allowed.has(origin))) return false;
    // Keys travel in a header that the page sets itself: no cookies, so no credentials.
    response.setHeader("access-control-allow-origin", every ? "*" : origin);
    response.setHeader("access-control-expose-headers", responseHeaders);
    response.setHeader("cross-origin-resource-policy", "cross-origin");
    if (request.method !== "OPTIONS" || request.headers["access-control-request-method"] === undefined) return false;
    response.setHeader("access-control-allow-methods", "GET, HEAD, POST, PUT, PATCH, DELETE");
    response.setHeader("access-control-allow-headers", requestHeaders);
    response.setHeader("access-control-max-age", maxAge);
    if (request.headers["access-control-request-private-network"] === "true")
      response.setHeader("access-control-allow-private-network", "true");
    response.writeHead(204);
    response.end();
    return true;
  };
}
