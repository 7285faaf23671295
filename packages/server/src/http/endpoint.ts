// What an endpoint is: a route of the table, and a function from its checked input to its answer.
import type { IncomingMessage } from "node:http";
import { ApiError, type Route, type RouteName, type RouteResponse, type Routes, routes } from "@lepta/api";
import { z } from "zod";
import type { Answer } from "./answer.ts";
import { jsonAnswer } from "./answer.ts";
import { readJson } from "./body.ts";
import { check } from "./check.ts";
import type { Exchange } from "./exchange.ts";
import { RawResult } from "./raw-result.ts";
import { refuseKey } from "./request-key.ts";
import type { Principal, ServerContext } from "./server-context.ts";

type Field<R, K extends string> = R extends { [P in K]: infer S extends z.ZodType } ? z.output<S> : undefined;

export interface Call<N extends RouteName> {
  server: ServerContext;
  exchange: Exchange;
  /** Whose key it is; undefined on routes that need none. */
  principal: Routes[N]["scope"] extends null ? undefined : Principal;
  params: Field<Routes[N], "params">;
  query: Field<Routes[N], "query">;
  body: Field<Routes[N], "body">;
}

/** JSON routes answer their document, text routes a string, routes of events or bytes a stream. */
type Result<N extends RouteName> = Routes[N] extends { form: "events" | "bytes" }
  ? ReadableStream<Uint8Array>
  : RouteResponse<N>;

export type Handler<N extends RouteName> = (call: Call<N>) => Promise<Result<N> | RawResult> | Result<N> | RawResult;

/** A route with its function, its types closed over. */
export interface Endpoint {
  route: Route;
  answer(server: ServerContext, exchange: Exchange, params: Record<string, string>): Promise<Answer>;
}

const formTypes = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  events: "text/event-stream",
  bytes: "application/octet-stream",
} as const;

export interface EndpointOptions<N extends RouteName> {
  /** Reads the body in place of `readJson`. */
  read?: (request: IncomingMessage, limit: number) => Promise<unknown>;
  /** Checks the body in place of the schema, by the same rules. */
  body?: (raw: unknown) => Call<N>["body"];
}

/** Order of the checks, and so of the errors: key, scope, rate, content type, size, JSON, schema. */
export function endpoint<N extends RouteName>(
  name: N,
  handler: Handler<N>,
  options: EndpointOptions<N> = {},
): Endpoint {
  const route: Route = routes[name];
  const read = options.read ?? readJson;
  const mayLack = route.body !== undefined && z.safeParse(route.body, undefined).success;
  const checkBody = options.body ?? ((raw: unknown) => check(route.body, raw, ""));
  return {
    route,
    async answer(server, exchange, params) {
      exchange.route = route.path;
      refuseKey(exchange.request, route);
      const principal = route.scope === null ? undefined : await server.admit(exchange.request, route.scope);
      const raw = route.body ? await read(exchange.request, server.limits.bodyBytes) : undefined;
      if (route.body && raw === undefined && !mayLack) throw noBody();
      const call = {
        server,
        exchange,
        principal,
        params: check(route.params, params, "path"),
        query: route.query ? check(route.query, queryOf(exchange), "query") : undefined,
        body: route.body ? checkBody(raw) : undefined,
      } as Call<N>;
      const result = await handler(call);
      if (result instanceof RawResult) {
        return {
          status: route.status ?? 200,
          headers: { ...result.headers, "cache-control": "no-store" },
          body: result.body,
        };
      }
      if (route.form === undefined || route.form === "json") return jsonAnswer(route.status ?? 200, result);
      return {
        status: route.status ?? 200,
        headers: { "content-type": formTypes[route.form], "cache-control": "no-store" },
        body: result as string | ReadableStream<Uint8Array>,
      };
    },
  };
}

function queryOf({ request }: Exchange): Record<string, string> {
  return Object.fromEntries(new URL(request.url ?? "/", "http://host").searchParams);
}

function noBody(): ApiError {
  return new ApiError("malformed-json", "the request has no body", { fix: "Send one JSON document in UTF-8." });
}
