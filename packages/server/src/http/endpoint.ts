// What an endpoint is: a route of the table, and a function from its checked input to its answer.
import {
  ApiError,
  type FieldProblem,
  type Route,
  type RouteName,
  type RouteResponse,
  type Routes,
  routes,
} from "@lepta/api";
import { z } from "zod";
import type { Answer } from "./answer.ts";
import { jsonAnswer } from "./answer.ts";
import { readJson } from "./body.ts";
import type { Exchange } from "./exchange.ts";
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

/** JSON routes answer their document, text routes a string, event routes a stream. */
type Result<N extends RouteName> = Routes[N] extends { form: "events" } ? ReadableStream<Uint8Array> : RouteResponse<N>;

export type Handler<N extends RouteName> = (call: Call<N>) => Promise<Result<N>> | Result<N>;

/** A route with its function, its types closed over. */
export interface Endpoint {
  route: Route;
  answer(server: ServerContext, exchange: Exchange, params: Record<string, string>): Promise<Answer>;
}

const formTypes = { text: "text/plain; version=0.0.4; charset=utf-8", events: "text/event-stream" } as const;

export interface EndpointOptions<N extends RouteName> {
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
  const checkBody = options.body ?? ((raw: unknown) => check(route.body, raw, ""));
  return {
    route,
    async answer(server, exchange, params) {
      exchange.route = route.path;
      const principal = route.scope === null ? undefined : await server.admit(exchange.request, route.scope);
      const raw = route.body ? await readJson(exchange.request, server.limits.bodyBytes) : undefined;
      const call = {
        server,
        exchange,
        principal,
        params: check(route.params, params, "path"),
        query: route.query ? check(route.query, queryOf(exchange), "query") : undefined,
        body: route.body ? checkBody(raw) : undefined,
      } as Call<N>;
      const result = await handler(call);
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

/** @throws ApiError invalid-request with every place that is wrong. */
export function check(schema: z.ZodType | undefined, value: unknown, place: "path" | "query" | ""): unknown {
  if (!schema) return undefined;
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap((issue) => problemsOf(issue, place));
  const first = errors[0];
  throw new ApiError("invalid-request", `${first?.path || "the body"}: ${first?.message ?? "does not match"}`, {
    errors,
    fix: "Send what /openapi.json describes for this route.",
    cause: result.error,
  });
}

/** A union's issues are those of the branch that got furthest; paths become JSON pointers. */
function problemsOf(issue: z.core.$ZodIssue, place: string, above: PropertyKey[] = []): FieldProblem[] {
  const path = [...above, ...issue.path];
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const depth = (branch: z.core.$ZodIssue[]) => Math.max(...branch.map((one) => one.path.length));
    const best = issue.errors.reduce((a, b) => (depth(b) > depth(a) ? b : a));
    return best.flatMap((one) => problemsOf(one, place, path));
  }
  const pointer = path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
  return [{ path: place === "" ? pointer : `${place}${pointer}`, message: issue.message }];
}
