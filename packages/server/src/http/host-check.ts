// Refuses a Host that this server does not answer to: a page of another site whose name was rebound to 127.0.0.1 would
// otherwise read the console and the API through the visitor's browser (DNS rebinding).
import { isIP } from "node:net";
import { ApiError } from "@lepta/api";

/** @param host a name or an address to listen on. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/**
 * @param bound the address that the server listens on.
 * @param allowed further names, e.g. of a reverse proxy.
 * @returns a check that throws `host-not-allowed`. Bound to another address than loopback without `allowed`, any host
 * name passes: the operator has put the server on a network, under names that only the operator knows.
 */
export function hostCheck(bound: string, allowed: readonly string[] = []): (header: string | undefined) => void {
  const names = new Set([...allowed, bound].map((name) => name.toLowerCase()));
  const loopback = isLoopback(bound);
  return (header) => {
    const name = hostname(header);
    if (!loopback && allowed.length === 0 && (name !== undefined || header === undefined)) return;
    if (name !== undefined && (names.has(name) || (loopback && (isLoopback(name) || name.endsWith(".localhost")))))
      return;
    throw new ApiError("host-not-allowed", `this server does not answer to the Host ${JSON.stringify(header ?? "")}`, {
      fix: "Call it by the address that it printed at start, or start it with this name among its allowed hosts.",
    });
  };
}

/** The name without its port and without an IPv6 address's brackets; undefined where the header is no host. */
function hostname(header: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]\s/@]+))(?::\d{1,5})?$/i.exec(header ?? "");
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}
