// Starts the server of a store: the API, the console's pages, the figures. Closes without losing a request.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { ApiError } from "@lepta/api";
import type { Logger } from "pino";
import { createAuthenticator } from "../accounts/authenticate.ts";
import type { Store } from "../db/store.ts";
import { deploymentCache } from "../experiments/deployment-cache.ts";
import { predictor } from "../experiments/predictor.ts";
import { type Jobs, startJobs } from "../jobs/jobs.ts";
import { closeMonthsJob } from "../metering/close-months.ts";
import { openModel } from "../serving/open-model.ts";
import { predictionWriter } from "../serving/prediction-writer.ts";
import { scorerPool } from "../serving/scorer-pool.ts";
import { admission } from "./admission.ts";
import { errorAnswer, publicError, writeAnswer } from "./answer.ts";
import { createApp } from "./app.ts";
import { clientAddress } from "./client-address.ts";
import { type ConsoleFiles, consoleFiles } from "./console-files.ts";
import { crossOrigin } from "./cors.ts";
import { predict } from "./endpoints/predict.ts";
import { type Exchange, openExchange } from "./exchange.ts";
import { serverFigures } from "./figures.ts";
import { hostCheck } from "./host-check.ts";
import { defaultLimits, type Limits } from "./limits.ts";
import { loggable, silentLogger } from "./log.ts";
import { rateLimiter } from "./rate-limit.ts";
import { refusedKeys } from "./refused-keys.ts";
import { release } from "./release.ts";
import { setSecurityHeaders } from "./security-headers.ts";
import type { ServerContext } from "./server-context.ts";
import { hangUpAfterAnswer } from "./unfinished.ts";

export interface ServerOptions {
  /** Address to listen on. Default 127.0.0.1: nobody else on the network. */
  host?: string;
  /** Default 7080; 0 takes a free one. */
  port?: number;
  /** The console's build; absent: no pages. */
  consoleDir?: string;
  limits?: Partial<Limits>;
  /** Origins whose pages may ask this server, e.g. https://shop.example; `*` is every one. Default none. */
  cors?: readonly string[];
  /** Addresses and networks of proxies whose X-Forwarded-For is believed. Default none. */
  trustedProxies?: readonly string[];
  /** Runs the store's jobs as well (months are closed and invoiced each night). Default false. */
  jobs?: boolean;
  /** Default: nothing is logged. */
  logger?: Logger;
}

export interface RunningServer {
  /** Where it listens, e.g. http://127.0.0.1:7080. */
  url: string;
  /** Takes no new request, finishes those in flight and makes them durable. The store stays open. */
  close(): Promise<void>;
}

/** The busiest route goes past the router: its path is all that is looked at. */
const predictPath = /^\/v1\/products\/([^/%]+)\/predictions$/;

/** @throws NodeJS.ErrnoException EADDRINUSE and the like, when the address cannot be listened on. */
export async function startServer(store: Store, options: ServerOptions = {}): Promise<RunningServer> {
  const { host = "127.0.0.1", port = 7080, logger = silentLogger() } = options;
  const limits: Limits = { ...defaultLimits, ...options.limits };
  const figures = serverFigures(() => ({ score: scorers.waiting, write: writer.waiting }));
  const scorers = scorerPool({
    open: (organisationId, versionId) => openModel(store, organisationId, versionId, limits.model),
    maxLoaded: limits.loadedModels,
    onRun: (size) => figures.batch("score", size),
    busy: (organisationId) => writer.inFlight(organisationId),
    onCloseFailure: (error, version) => logger.error({ error: loggable(error), version }, "a model cannot be closed"),
  });
  const writer = predictionWriter(store, (size) => figures.batch("write", size));
  const authenticator = createAuthenticator(store);
  const closing = new AbortController();
  const server: ServerContext = {
    store,
    scorers,
    figures,
    limits,
    version: release,
    url: "",
    startedAt: performance.now(),
    closing: closing.signal,
    admit: admission({
      authenticator,
      countRequest: rateLimiter(limits.rate),
      refused: refusedKeys(limits.refusedKeys),
      addressOf: clientAddress(options.trustedProxies),
    }),
    report: (exchange, error) => onError(exchange, error),
    forgetKey: (keyId) => authenticator.forget(keyId),
    predictor: predictor({
      store,
      scorers,
      writer,
      onPredictions: (count) => figures.predictions(count),
      deployments: deploymentCache(store, {
        async prepare(organisationId, { variants }) {
          const loads = variants.map(async ({ model }) => (await scorers.load(organisationId, model.id)).release());
          await Promise.all(loads);
        },
        onFailure: (error, deployment) =>
          logger.error(
            { error: loggable(error), deployment: deployment.id, product: deployment.product },
            "a deployment cannot be loaded",
          ),
      }),
    }),
  };

  const pages: ConsoleFiles | undefined =
    options.consoleDir === undefined ? undefined : consoleFiles(options.consoleDir);
  const onError = (exchange: Exchange, error: unknown) => {
    const { code, status } = publicError(error);
    const about = { request: exchange.id, method: exchange.request.method, route: exchange.route, code, status };
    if (exchange.request.destroyed && !exchange.request.complete) logger.debug(about, "the caller hung up");
    else if (status >= 500) logger.error({ ...about, error: loggable(error) }, "request failed");
    else logger.debug(about, "request refused");
    hangUpAfterAnswer(exchange);
  };
  const app = createApp(server, pages, onError);
  const exchanges = new WeakMap<IncomingMessage, Exchange>();
  const routed = getRequestListener(
    (request, env) => app.fetch(request, { exchange: exchanges.get(env.incoming as IncomingMessage) as Exchange }),
    { overrideGlobalObjects: false, autoCleanupIncoming: false },
  );
  const answerPreflight = crossOrigin(options.cors);
  const checkHost = hostCheck(host, limits.allowedHosts);

  async function handle(exchange: Exchange): Promise<void> {
    const { request, response } = exchange;
    try {
      checkHost(request.headers.host);
      if (answerPreflight(exchange)) return;
      const product = request.method === "POST" ? predictPath.exec(exchange.path)?.[1] : undefined;
      if (product !== undefined) {
        writeAnswer(exchange, await predict.answer(server, exchange, { product }));
      } else {
        requireNormalPath(exchange);
        exchanges.set(request, exchange);
        await routed(request, response);
      }
    } catch (error) {
      onError(exchange, error);
      writeAnswer(exchange, errorAnswer(exchange, publicError(error)));
    }
  }

  const http = createServer({ keepAliveTimeout: 65_000, headersTimeout: 20_000, requestTimeout: 60_000 });
  http.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const exchange = openExchange(request, response);
    setSecurityHeaders(response);
    if (closing.signal.aborted) response.setHeader("connection", "close");
    response.once("close", () => {
      const seconds = (performance.now() - exchange.startedAt) / 1000;
      figures.request(request.method ?? "", exchange.route, response.statusCode, seconds);
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
  server.url = `http://${family === "IPv6" ? `[${address}]` : address}:${bound}`;
  store.announce(server.url);
  logger.info({ url: server.url, database: store.kind }, "listening");

  // Beside the answers: the first start makes the queue's tables.
  const jobs = options.jobs ? startStoreJobs(store, logger) : undefined;
  let closed: Promise<void> | undefined;
  return {
    url: server.url,
    close: () => (closed ??= close()),
  };

  async function close(): Promise<void> {
    closing.abort();
    const jobsStopped = jobs?.then((running) => running?.stop());
    const ended = new Promise<void>((resolve) => http.close(() => resolve()));
    // A connection that was busy when the server closed becomes idle once its answer is out.
    const sweep = setInterval(() => http.closeIdleConnections(), 20);
    const grace = setTimeout(() => http.closeAllConnections(), limits.closeGraceMs);
    await ended;
    clearInterval(sweep);
    clearTimeout(grace);
    await jobsStopped;
    await writer.idle();
    await scorers.close();
    logger.info("closed");
  }
}

/** undefined where they could not be started: answers go on without them. */
async function startStoreJobs(store: Store, logger: Logger): Promise<Jobs | undefined> {
  const onError = (error: unknown) => logger.error({ error: loggable(error) }, "a job failed");
  try {
    return await startJobs(store, [closeMonthsJob], { onError });
  } catch (error) {
    onError(error);
    return undefined;
  }
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
