// One call of one route: builds the request from the table, reads the answer or throws ApiError.
import * as z from "zod";
import { ApiError, isApiErrorCode } from "./errors.ts";
import { problem } from "./problem.ts";
import { idempotencyHeader, type ResponseForm, type Route } from "./route.ts";
import { type RouteInput, type RouteName, type RouteResponse, routes } from "./routes.ts";

export interface Connection {
  /** The server's address, e.g. http://127.0.0.1:7080. */
  url: string;
  /** An API key; absent for routes that need none. */
  key?: string | undefined;
  /** Default: the platform's fetch. */
  fetch?: typeof globalThis.fetch | undefined;
  /** Milliseconds until a call is given up. Default 30 000; streams are not limited. */
  timeoutMs?: number | undefined;
}
export interface CallOptions {
  signal?: AbortSignal | undefined;
}
/** Of calls that may be sent again. */
export interface RepeatOptions extends CallOptions {
  /**
   * 1 to 255 visible characters of yours, a UUID say, sent as Idempotency-Key: a repeat of the call under the same key
   * answers the same and counts once, also after its answer was lost.
   */
  idempotencyKey?: string | undefined;
}

/** Parts that are undefined in a route's input may be left out. */
export type CallInput<N extends RouteName> = {
  [K in keyof RouteInput<N> as RouteInput<N>[K] extends undefined ? never : K]: RouteInput<N>[K];
};

/**
 * Calls a route and returns its answer, checked against the route's schema.
 * @throws ApiError with the server's code, status and fix; `server-unreachable` when no answer came.
 */
export async function call<N extends RouteName>(
  connection: Connection,
  name: N,
  input: CallInput<N>,
  options: RepeatOptions = {},
): Promise<RouteResponse<N>> {
  const route: Route = routes[name];
  const { timeoutMs = 30_000 } = connection;
  const response = await send(connection, route, input, { ...options, timeoutMs });
  return answerOf<N>(route, response, options.signal);
}

/** Reads a successful response, checked against the route's schema. */
export async function answerOf<N extends RouteName>(
  route: Route,
  response: Response,
  signal: AbortSignal | undefined,
): Promise<RouteResponse<N>> {
  if (route.form === "text") return (await readBody(route, response, signal)) as RouteResponse<N>;
  const answer = z.safeParse(route.response, await readJson(route, response, signal));
  if (!answer.success) throw unexpected(route, response.status, z.prettifyError(answer.error));
  return answer.data as RouteResponse<N>;
}

/** What a client asks for: of a file, an error is a problem document all the same. */
const accepted: Readonly<Record<ResponseForm, string>> = {
  json: "application/json",
  text: "application/json",
  events: "text/event-stream",
  bytes: "application/octet-stream, application/problem+json",
};

/** Sends a route's request and returns the successful response, body unread. */
export async function send(
  connection: Connection,
  route: Route,
  input: { params?: unknown; query?: unknown; body?: unknown },
  { signal, timeoutMs, idempotencyKey }: RepeatOptions & { timeoutMs?: number | undefined },
): Promise<Response> {
  const url = urlOf(connection.url, route, input.params, input.query);
  const headers: Record<string, string> = {
    accept: accepted[route.form ?? "json"],
  };
  if (idempotencyKey !== undefined) headers[idempotencyHeader.toLowerCase()] = idempotencyKey;
  if (connection.key !== undefined) headers.authorization = `Bearer ${connection.key}`;
  if (route.body) headers["content-type"] = "application/json";
  if (route.upload) headers["content-type"] = "application/octet-stream";
  const signals = [signal, timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs)].filter(
    (s) => s !== undefined,
  );
  const fetch = connection.fetch ?? globalThis.fetch;
  let response: Response;
  try {
    response = await fetch(url, {
      method: route.method,
      headers,
      ...(route.body ? { body: JSON.stringify(input.body) } : {}),
      ...(route.upload ? { body: input.body as Blob } : {}),
      ...(signals.length > 0 ? { signal: AbortSignal.any(signals) } : {}),
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError("server-unreachable", `no answer from ${route.method} ${url}`, {
      cause,
      fix: "Check that the server runs (lepta serve) and that the address is right.",
    });
  }
  if (!response.ok) throw await errorOf(route, response, signal);
  return response;
}

function urlOf(base: string, route: Route, params: unknown, query: unknown): string {
  const values = (params ?? {}) as Record<string, unknown>;
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries((query ?? {}) as Record<string, unknown>)) {
    if (value !== undefined) search.set(name, String(value));
  }
  const tail = search.toString();
  return base.replace(/\/+$/, "") + path + (tail === "" ? "" : `?${tail}`);
}

async function errorOf(route: Route, response: Response, signal: AbortSignal | undefined): Promise<ApiError> {
  const parsed = z.safeParse(problem, await readJson(route, response, signal));
  if (!parsed.success || !isApiErrorCode(parsed.data.code)) {
    const detail = parsed.success ? `${parsed.data.code}: ${parsed.data.detail}` : "no problem document";
    return unexpected(route, response.status, detail);
  }
  const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
  return new ApiError(parsed.data.code, parsed.data.detail, {
    status: response.status,
    fix: parsed.data.fix,
    errors: parsed.data.errors ?? [],
    omitted: parsed.data.omitted ?? 0,
    ...(Number.isFinite(retryAfter) ? { retryAfterSeconds: retryAfter } : {}),
  });
}

/** undefined: the body is no JSON. */
async function readJson(route: Route, response: Response, signal: AbortSignal | undefined): Promise<unknown> {
  const text = await readBody(route, response, signal);
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A body can break off or take too long as an answer can. @throws what the caller aborted with; ApiError */
function readBody(route: Route, response: Response, signal: AbortSignal | undefined): Promise<string> {
  return whole(route, response.text(), signal);
}

/** The bytes of a successful response. @throws as `call` */
export function blobOf(route: Route, response: Response, signal: AbortSignal | undefined): Promise<Blob> {
  return whole(route, response.blob(), signal);
}

async function whole<T>(route: Route, reading: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError("server-unreachable", `the answer of ${route.method} ${route.path} broke off`, {
      cause,
      fix: "Try again; raise the client's timeoutMs where answers are slow.",
    });
  }
}

function unexpected(route: Route, status: number, detail: string): ApiError {
  return new ApiError("unexpected-response", `${route.method} ${route.path} answered ${status}: ${detail}`, {
    status,
    fix: "Check that the address is a Lepta server of the client's release.",
  });
}
