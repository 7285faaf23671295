// A request that was refused before its body was read to the end.
import type { IncomingMessage } from "node:http";
import type { Exchange } from "./exchange.ts";

const graceMs = 500;
/** A body so small is read and dropped, and the connection goes on. */
const smallBytes = 64 * 1024;

/** Whether so much body may be to come that the connection is better closed. */
function isUnfinished({ complete, headers }: IncomingMessage): boolean {
  if (complete) return false;
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > smallBytes;
}

/**
 * Reads on for a moment so that the caller, who is still sending, sees the answer; then hangs up. The answer does not
 * say `connection: close`: Node would hang up as soon as it is out, and the caller's next write would fail first.
 */
export function hangUpAfterAnswer({ request, response }: Exchange): void {
  if (!isUnfinished(request)) return;
  response.once("finish", () => {
    request.resume();
    setTimeout(() => {
      if (!request.complete) request.destroy();
    }, graceMs).unref();
  });
}
