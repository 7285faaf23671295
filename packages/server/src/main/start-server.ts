// Puts a server together: the store's pools, its jobs and HTTP over them. Closes without losing a request.
import type { Logger } from "pino";
import { createAuthenticator } from "../accounts/authenticate.ts";
import type { Store } from "../db/store.ts";
import { deploymentCache } from "../experiments/deployment-cache.ts";
import { admission } from "../http/admission.ts";
import { publicError } from "../http/answer.ts";
import { clientAddress } from "../http/client-address.ts";
import { serverFigures } from "../http/figures.ts";
import { defaultLimits, type Limits } from "../http/limits.ts";
import { loggable, silentLogger } from "../http/log.ts";
import { rateLimiter } from "../http/rate-limit.ts";
import { refusedKeys } from "../http/refused-keys.ts";
import { release } from "../http/release.ts";
import { serveHttp } from "../http/serve-http.ts";
import type { ServerContext } from "../http/server-context.ts";
import { hangUpAfterAnswer } from "../http/unfinished.ts";
import { jobDefinitions } from "../jobs/definitions.ts";
import { type Jobs, startJobs } from "../jobs/run-jobs.ts";
import { predictionWriter } from "../predicting/prediction-writer.ts";
import { predictor } from "../predicting/predictor.ts";
import { openModel } from "../serving/open-model.ts";
import { scorerPool } from "../serving/scorer-pool.ts";

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
  /** Runs the store's jobs as well (`jobs/definitions.ts`). Default false. */
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
    report(exchange, error) {
      const { code, status } = publicError(error);
      const about = { request: exchange.id, method: exchange.request.method, route: exchange.route, code, status };
      if (exchange.request.destroyed && !exchange.request.complete) logger.debug(about, "the caller hung up");
      else if (status >= 500) logger.error({ ...about, error: loggable(error) }, "request failed");
      else logger.debug(about, "request refused");
      hangUpAfterAnswer(exchange);
    },
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

  const http = await serveHttp(server, { host, port, consoleDir: options.consoleDir, cors: options.cors });
  server.url = http.url;
  store.announce(http.url);
  logger.info({ url: http.url, database: store.kind }, "listening");

  // Beside the answers: the first start makes the queue's tables.
  const jobs = options.jobs ? startStoreJobs(store, logger) : undefined;
  let closed: Promise<void> | undefined;
  return {
    url: http.url,
    close: () => (closed ??= close()),
  };

  async function close(): Promise<void> {
    closing.abort();
    const jobsStopped = jobs?.then((running) => running?.stop());
    await http.close();
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
    return await startJobs(store, jobDefinitions, { onError });
  } catch (error) {
    onError(error);
    return undefined;
  }
}
