// HTTP over a server's parts: listens, leads each request to its endpoint, and closes without losing one.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { ApiError } from "@lepta/api";
import { errorAnswer, publicError, writeAnswer } from "./answer.ts";
import { createApp } from "./app.ts";
import { type ConsoleFiles, consoleFiles } from "./console-files.ts";
import { crossOrigin } from "./cors.ts";
import { predict } from "./endpoints/predict.ts";
import { type Exchange, openExchange } from "./exchange.ts";
import { hostCheck } from "./host-check.ts";
import { pathOfRoute } from "./path-of-route.ts";
import { setSecurityHeaders } from "./security-headers.ts";
import type { ServerContext } from "./server-context.ts";

export interface HttpOptions {
  /** Address to listen on. */
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** The console's build; absent: no pages. */
  consoleDir: string | undefined;
  /** Origins whose pages may ask this server. */
  cors: readonly string[] | undefined;
}

export interface HttpServer {
  /** Where it listens, e.g. http://127.0.0.1:7080. */
  url: string;
  /** Takes no new request and ends when those in flight are answered, or the grace is over. */
  close(): Promise<void>;
}

/** The busiest route goes past the router: its path is all that is looked at. */
const predictPath = pathOfRoute(predict.route.path);

/** @throws NodeJS.ErrnoException EADDRINUSE and the like, when the address cannot be listened on. */
export async function serveHttp(
  server: ServerContext,
  { host, port, consoleDir, cors }: HttpOptions,
): Promise<HttpServer> {
  const pages: ConsoleFiles | undefined = consoleDir === undefined ? undefined : consoleFiles(consoleDir);
  const app = createApp(server, pages, server.report);
  const exchanges = new WeakMap<IncomingMessage, Exchange>();
  const routed = getRequestListener(
    (request, env) => app.fetch(request, { exchange: exchanges.get(env.incoming as IncomingMessage) as Exchange }),
    { overrideGlobalObjects: false, autoCleanupIncoming: false },
  );
  const answerPreflight = crossOrigin(cors);
  const checkHost = hostCheck(host, server.limits.allowedHosts);

  async function handle(exchange: Exchange): Promise<void> {
    const { request, response } = exchange;
    try {
      checkHost(request.headers.host);
      if (answerPreflight(exchange)) return;
      const params = request.method === predict.route.method ? predictPath.exec(exchange.path)?.groups : undefined;
      // An encoded name is the router's to decode.
      if (params !== undefined && !exchange.path.includes("%")) {
        writeAnswer(exchange, await predict.answer(server, exchange, params));
      } else {
        requireNormalPath(exchange);
        exchanges.set(request, exchange);
        await routed(request, response);
      }
    } catch (error) {
      server.report(exchange, error);
      writeAnswer(exchange, errorAnswer(exchange, publicError(error)));
    }
  }

  const http = createServer({ keepAliveTimeout: 65_000, headersTimeout: 20_000, requestTimeout: 60_000 });
  http.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const exchange = openExchange(request, response);
    setSecurityHeaders(response);
    if (server.closing.aborted) response.setHeader("connection", "close");
    response.once("close", () => {
      const seconds = (performance.now() - exchange.startedAt) / 1000;
      server.figures.request(request.method ?? "", exchange.route, response.statusCode, seconds);
    });
    void handle(exchange);
  });
  await new Promise<void>((resolve, reject) => {
    http.once("error", reject);
    http.listen(port, host, () => {
      http.off("error", reject);
      resolve();
    });
  });
  const { address, port: bound, family } = http.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${bound}`,
    async close() {
      const ended = new Promise<void>((resolve) => http.close(() => resolve()));
      // A connection that was busy when the server closed becomes idle once its answer is out.
      const sweep = setInterval(() => http.closeIdleConnections(), 20);
      const grace = setTimeout(() => http.closeAllConnections(), server.limits.closeGraceMs);
      await ended;
      clearInterval(sweep);
      clearTimeout(grace);
    },
  };
}

/** A path with `..`, a backslash or another host in it means one thing here and another there: it is nobody's. */
function requireNormalPath({ path }: Exchange): void {
  if (path.startsWith("/") && URL.canParse(path, "http://host")) {
    const { host, pathname } = new URL(path, "http://host");
    if (host === "host" && pathname === path) return;
  }
  throw new ApiError("route-not-found", "the path is not in its normal form", {
    fix: "GET /openapi.json lists the routes.",
  });
}
