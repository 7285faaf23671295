// The typed client: one method a route, rows and labels typed by the product's name.
import * as z from "zod";
import {
  answerOf,
  blobOf,
  type CallInput,
  type CallOptions,
  type Connection,
  call,
  type RepeatOptions,
  send,
} from "./call.ts";
import type { Deployment, Experiment } from "./deployment.ts";
import { ApiError } from "./errors.ts";
import { readEventStream } from "./event-stream.ts";
import type { Health } from "./health.ts";
import type { Invoice } from "./invoice.ts";
import type { CreatedKey, Key, Scope } from "./key.ts";
import type { Label, Outcome, OutcomeOf } from "./outcome.ts";
import type { Prediction, PredictionRecord, PredictionTruth, Row } from "./prediction.ts";
import type { Price, Product } from "./product.ts";
import type {
  NewDeployment,
  NewPrice,
  NewRunEvents,
  NewVersion,
  PastDeployment,
  StageRecord,
  Upload,
  VersionFiles,
} from "./publish.ts";
import { type RouteName, type RouteResponse, routes } from "./routes.ts";
import { type Run, type RunEvent, type RunSummary, runEvent } from "./run.ts";
import type { Page } from "./scalars.ts";
import type { UsageEventInput, UsageSummary } from "./usage.ts";
import type { Version } from "./version.ts";

/** Product name → its raw row and its label: classes as strings, a number, numbers of a series, or a score's true or false. */
export type ProductTypes = Record<string, { row: object; label: Label }>;
/** For a client that knows no product file: any name, any row. */
export type AnyProducts = Record<string, { row: Record<string, Row[string] | Date>; label: Label }>;

/** The outcome of a product with such labels: of classes, the label and probabilities carry them. */
export type OutcomeOfLabel<L extends Label> = [L] extends [string]
  ? Omit<OutcomeOf<"class">, "label" | "probabilities"> & { label: L; probabilities: Record<L, number> }
  : [L] extends [number]
    ? OutcomeOf<"number">
    : [L] extends [boolean]
      ? OutcomeOf<"score">
      : [L] extends [readonly number[]]
        ? OutcomeOf<"series">
        : Outcome;

/** A prediction of a product with such labels. */
export type PredictionOf<L extends Label> = Omit<Prediction, "outcome"> & { outcome: OutcomeOfLabel<L> };

export interface PredictOptions extends RepeatOptions {
  /** Keeps the subject on one variant; stored hashed. */
  subject?: string | undefined;
  /** A UUID of yours: a repeat of the call answers the same and counts once. */
  id?: string | undefined;
}
export interface PageOptions extends CallOptions {
  limit?: number | undefined;
  cursor?: string | undefined;
}

type Name<P> = keyof P & string;

export interface ApiClient<P extends ProductTypes = AnyProducts> {
  predict<N extends Name<P>>(
    product: N,
    row: P[N]["row"],
    options?: PredictOptions,
  ): Promise<PredictionOf<P[N]["label"]>>;
  /** Up to 1000 rows in one call, answered in their order. */
  predictMany<N extends Name<P>>(
    product: N,
    rows: readonly { row: P[N]["row"]; subject?: string | undefined; id?: string | undefined }[],
    options?: RepeatOptions,
  ): Promise<PredictionOf<P[N]["label"]>[]>;
  /** Tells a prediction's true label. Returns how many labels were new or changed. */
  feedback<N extends Name<P>>(
    product: N,
    prediction: string,
    label: P[N]["label"],
    options?: RepeatOptions,
  ): Promise<number>;
  feedbackMany<N extends Name<P>>(
    product: N,
    feedback: readonly { prediction: string; label: P[N]["label"] }[],
    options?: RepeatOptions,
  ): Promise<number>;
  prediction(id: string, options?: CallOptions): Promise<PredictionRecord>;
  predictions(
    filter?: {
      product?: Name<P> | undefined;
      version?: number | undefined;
      variant?: string | undefined;
      /** The answer: a class, or "true" or "false" for a score. */
      label?: string | undefined;
      /** What is known of the truth, and whether the answer was right. */
      truth?: PredictionTruth | undefined;
      invoiceLine?: string | undefined;
    } & PageOptions,
  ): Promise<Page<PredictionRecord>>;
  products(options?: PageOptions): Promise<Page<Product>>;
  product(product: Name<P>, options?: CallOptions): Promise<Product>;
  versions(product: Name<P>, options?: PageOptions): Promise<Page<Version>>;
  deployment(product: Name<P>, options?: CallOptions): Promise<Deployment>;
  experiment(product: Name<P>, options?: CallOptions): Promise<Experiment>;
  runs(filter?: { product?: Name<P> | undefined } & PageOptions): Promise<Page<RunSummary>>;
  run(id: string, options?: CallOptions): Promise<Run>;
  /** Events after `after` (a seq), then live ones until the run ends. */
  runEvents(id: string, options?: { after?: number } & CallOptions): AsyncGenerator<RunEvent>;
  sendUsage(events: readonly UsageEventInput[], options?: RepeatOptions): Promise<RouteResponse<"sendUsage">>;
  usage(
    filter?: { product?: Name<P> | undefined; from?: string | undefined; to?: string | undefined } & CallOptions,
  ): Promise<UsageSummary>;
  invoices(options?: PageOptions): Promise<Page<Invoice>>;
  createInvoice(
    request?: { period?: string | undefined; currency?: string | undefined } & RepeatOptions,
  ): Promise<Invoice>;
  invoice(id: string, options?: CallOptions): Promise<Invoice>;
  keys(options?: PageOptions): Promise<Page<Key>>;
  /** @param request.own what is used with the key is the organisation's own: counted, never billed. Default false. */
  createKey(
    request: { name: string; scopes: Scope[]; own?: boolean | undefined },
    options?: CallOptions,
  ): Promise<CreatedKey>;
  revokeKey(id: string, options?: RepeatOptions): Promise<Key>;
  health(options?: CallOptions): Promise<Health>;

  /** Sends a file of a bundle; a version names it by its hash. */
  uploadFile(content: Blob, options?: CallOptions): Promise<Upload>;
  /** The first version makes the product. The same bundle again is the same version. */
  registerVersion(product: Name<P>, version: NewVersion, options?: CallOptions): Promise<Version>;
  /** The files of a version's bundle. */
  versionFiles(product: Name<P>, version: number, options?: CallOptions): Promise<VersionFiles>;
  /** A file of a version's bundle; check its hash against the one that `versionFiles` says. */
  versionFile(product: Name<P>, version: number, file: string, options?: CallOptions): Promise<Blob>;
  /** Puts versions into service in place of what was. */
  deploy(product: Name<P>, deployment: NewDeployment, options?: CallOptions): Promise<Deployment>;
  /** Newest first. */
  deployments(product: Name<P>, options?: PageOptions): Promise<Page<PastDeployment>>;
  setPrice(product: Name<P>, price: NewPrice, options?: CallOptions): Promise<Price>;
  createRun(run: { product: Name<P>; seed?: number | undefined }, options?: CallOptions): Promise<string>;
  appendRunEvents(run: string, events: NewRunEvents, options?: CallOptions): Promise<void>;
  recordStage(run: string, stage: StageRecord, options?: CallOptions): Promise<void>;
  finishRun(run: string, status: "done" | "failed" | "interrupted", options?: CallOptions): Promise<RunSummary>;
  finishedStage(
    stage: { product: Name<P>; name: string; inputHash: string },
    options?: CallOptions,
  ): Promise<RouteResponse<"finishedStage">["found"]>;
}

/** Milliseconds for a file's way, either way: models are larger than rows. */
const uploadTimeoutMs = 600_000;

/**
 * A client of one server. Every method throws ApiError (match on `code`).
 * @example createApiClient<{ credit: { row: { age: number }; label: "good" | "bad" } }>({ url, key })
 */
export function createApiClient<P extends ProductTypes = AnyProducts>(connection: Connection): ApiClient<P> {
  function to<N extends RouteName>(name: N, input: CallInput<N>, options?: RepeatOptions): Promise<RouteResponse<N>> {
    return call(connection, name, input, options);
  }
  // The wire says any outcome; the product's own type is narrower and the server holds to it.
  const narrow = <L extends Label>(prediction: Prediction): PredictionOf<L> => prediction as PredictionOf<L>;

  return {
    async predict(product, row, { subject, id, ...options } = {}) {
      const answer = await to("predict", { params: { product }, body: { row: row as Row, subject, id } }, options);
      if ("predictions" in answer) throw batchMismatch("several predictions for one row");
      return narrow(answer);
    },
    async predictMany(product, rows, options) {
      const body = { rows: rows.map((r) => ({ ...r, row: r.row as Row })) };
      const answer = await to("predict", { params: { product }, body }, options);
      if (!("predictions" in answer)) throw batchMismatch("one prediction for a list of rows");
      return answer.predictions.map((p) => narrow(p));
    },
    async feedback(product, prediction, label, options) {
      return (await to("feedback", { params: { product }, body: { prediction, label } }, options)).recorded;
    },
    async feedbackMany(product, feedback, options) {
      const body = { feedback: feedback.map((f) => ({ ...f })) };
      return (await to("feedback", { params: { product }, body }, options)).recorded;
    },
    prediction: (id, options) => to("prediction", { params: { id } }, options),
    predictions: ({ signal, ...query } = {}) => to("predictions", { query }, { signal }),
    products: ({ signal, ...query } = {}) => to("products", { query }, { signal }),
    product: (product, options) => to("product", { params: { product } }, options),
    versions: (product, { signal, ...query } = {}) => to("versions", { params: { product }, query }, { signal }),
    deployment: (product, options) => to("deployment", { params: { product } }, options),
    experiment: (product, options) => to("experiment", { params: { product } }, options),
    runs: ({ signal, ...query } = {}) => to("runs", { query }, { signal }),
    run: (id, options) => to("run", { params: { id } }, options),
    async *runEvents(id, { after = 0, signal } = {}) {
      const input = { params: { id }, query: { after } };
      const response = await send(connection, routes.runEvents, input, { signal });
      if (!response.body) return;
      for await (const event of readEventStream(response.body)) yield z.parse(runEvent, JSON.parse(event.data));
    },
    sendUsage: (events, options) => to("sendUsage", { body: [...events] }, options),
    usage: ({ signal, ...query } = {}) => to("usage", { query }, { signal }),
    invoices: ({ signal, ...query } = {}) => to("invoices", { query }, { signal }),
    createInvoice: ({ signal, idempotencyKey, ...body } = {}) =>
      to("createInvoice", { body }, { signal, idempotencyKey }),
    invoice: (id, options) => to("invoice", { params: { id } }, options),
    keys: ({ signal, ...query } = {}) => to("keys", { query }, { signal }),
    createKey: (body, options) => to("createKey", { body }, options),
    revokeKey: (id, options) => to("revokeKey", { params: { id } }, options),
    health: (options) => to("health", {}, options),

    async uploadFile(content, { signal } = {}) {
      const route = routes.uploadFile;
      const response = await send(connection, route, { body: content }, { signal, timeoutMs: uploadTimeoutMs });
      return answerOf<"uploadFile">(route, response, signal);
    },
    registerVersion: (product, body, options) => to("registerVersion", { params: { product }, body }, options),
    versionFiles: async (product, version, options) =>
      (await to("versionFiles", { params: { product, version } }, options)).files,
    async versionFile(product, version, file, { signal } = {}) {
      const input = { params: { product, version, file } };
      const response = await send(connection, routes.versionFile, input, { signal, timeoutMs: uploadTimeoutMs });
      return blobOf(routes.versionFile, response, signal);
    },
    deploy: (product, body, options) => to("deploy", { params: { product }, body }, options),
    deployments: (product, { signal, ...query } = {}) => to("deployments", { params: { product }, query }, { signal }),
    setPrice: (product, body, options) => to("setPrice", { params: { product }, body }, options),
    createRun: async (body, options) => (await to("createRun", { body }, options)).id,
    async appendRunEvents(id, events, options) {
      await to("appendRunEvents", { params: { id }, body: { events } }, options);
    },
    async recordStage(id, body, options) {
      await to("recordStage", { params: { id }, body }, options);
    },
    finishRun: (id, status, options) => to("finishRun", { params: { id }, body: { status } }, options),
    finishedStage: async (query, options) => (await to("finishedStage", { query }, options)).found,
  };
}

function batchMismatch(what: string): ApiError {
  return new ApiError("unexpected-response", `the server answered ${what}`, {
    fix: "Check that the server is of the client's release.",
  });
}
