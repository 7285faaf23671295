// Every route on one Hono app, the console's pages beside them, and what no route answers.
import { ApiError } from "@lepta/api";
import { type Context, Hono } from "hono";
import { type Answer, errorAnswer, isInferencePath, publicError, toResponse } from "./answer.ts";
import type { ConsoleFiles } from "./console-files.ts";
import type { Exchange } from "./exchange.ts";
import { inferenceExtension } from "./inference-extensions.ts";
import { pathOfRoute } from "./path-of-route.ts";
import { endpoints } from "./register.ts";
import type { ServerContext } from "./server-context.ts";

interface AppBindings {
  exchange: Exchange;
}

type Env = { Bindings: AppBindings };

export function createApp(
  server: ServerContext,
  console: ConsoleFiles | undefined,
  onError: (exchange: Exchange, error: unknown) => void,
): Hono<Env> {
  const app = new Hono<Env>();

  const answering = (work: (context: Context<Env>) => Promise<Answer>) => async (context: Context<Env>) => {
    const { exchange } = context.env;
    try {
      return toResponse(await work(context));
    } catch (error) {
      onError(exchange, error);
      return toResponse(errorAnswer(exchange, publicError(error)));
    }
  };

  for (const { route, answer } of Object.values(endpoints)) {
    app.on(
      route.method,
      route.path.replace(/\{(\w+)\}/g, ":$1"),
      answering(({ env, req }) => answer(server, env.exchange, req.param() as Record<string, string>)),
    );
  }

  app.all(
    "*",
    answering(async ({ env: { exchange }, req }) => {
      const { path, request } = exchange;
      const extension = inferenceExtension(path);
      if (extension) throw extension;
      const allowed = allowedMethods(path);
      if (allowed.length > 0) {
        exchange.response.setHeader("allow", allowed.join(", "));
        if (req.method === "OPTIONS") return { status: 204, headers: {}, body: null };
        throw new ApiError("method-not-allowed", `${req.method} is not possible on ${path}`, {
          fix: `Use ${allowed.join(" or ")}.`,
        });
      }
      const reading = req.method === "GET" || req.method === "HEAD";
      const file =
        reading && !isApiPath(path) ? await console?.read(path, request.headers["if-none-match"]) : undefined;
      if (file) {
        exchange.route = "console";
        return file;
      }
      throw new ApiError("route-not-found", `there is nothing at ${path}`, {
        fix: "GET /openapi.json lists the routes.",
      });
    }),
  );
  return app;
}

/** Paths that no page of the console may answer: a wrong API path is an error, not a page. */
function isApiPath(path: string): boolean {
  return isInferencePath(path) || path === "/v1" || path.startsWith("/v1/");
}

const patterns = Object.values(endpoints).map(({ route }) => ({
  method: route.method,
  path: pathOfRoute(route.path),
}));

function allowedMethods(path: string): string[] {
  const methods = new Set<string>();
  for (const pattern of patterns) {
    if (!pattern.path.test(path)) continue;
    methods.add(pattern.method);
    if (pattern.method === "GET") methods.add("HEAD");
  }
  return [...methods];
}
