// One request and its response as every handler sees them: id, trace, clock.
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Path without the query, percent-encoding kept. */
  readonly path: string;
  /** The caller's X-Request-Id where it is a plain token, else a new UUID; sent back and logged. */
  readonly id: string;
  /** The caller's W3C traceparent where it is well formed; sent back. */
  readonly traceparent: string | undefined;
  /** performance.now() at the first sight of the request. */
  readonly startedAt: number;
  /** The route's path pattern, once known: the label of metrics. */
  route: string;
}

const requestId = /^[\w.:-]{1,128}$/;
// Version 00 of W3C Trace Context; ids of zeros are invalid.
const traceparent = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

export function openExchange(request: IncomingMessage, response: ServerResponse): Exchange {
  const url = request.url ?? "/";
  const query = url.indexOf("?");
  const { "x-request-id": id, traceparent: trace } = request.headers;
  const exchange: Exchange = {
    request,
    response,
    path: query < 0 ? url : url.slice(0, query),
    id: typeof id === "string" && requestId.test(id) ? id : randomUUID(),
    traceparent: typeof trace === "string" && traceparent.test(trace) ? trace : undefined,
    startedAt: performance.now(),
    route: "unmatched",
  };
  response.setHeader("x-request-id", exchange.id);
  if (exchange.traceparent !== undefined) response.setHeader("traceparent", exchange.traceparent);
  return exchange;
}
