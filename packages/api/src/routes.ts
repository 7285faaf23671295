// The route table: every route of the wire, once. The client, the server and OpenAPI are all made from it.
import * as z from "zod";
import { deployment, experiment } from "./deployment.ts";
import { health } from "./health.ts";
import {
  inferenceLive,
  inferenceModel,
  inferenceModelConfiguration,
  inferenceModelReady,
  inferenceReady,
  inferenceServer,
  inferRequest,
  inferResponse,
  repositoryIndex,
  repositoryIndexRequest,
} from "./inference.ts";
import { createInvoiceRequest, invoice } from "./invoice.ts";
import { createdKey, createKeyRequest, key } from "./key.ts";
import {
  feedbackRequest,
  feedbackResponse,
  predictionQuery,
  predictionRecord,
  predictRequest,
  predictResponse,
} from "./prediction.ts";
import { product } from "./product.ts";
import { publishRoutes } from "./publish-routes.ts";
import type { Route } from "./route.ts";
import { run, runEvent, runSummary } from "./run.ts";
import { id, page, pageQuery, productName, seqQuery, text } from "./scalars.ts";
import { usageQuery, usageRequest, usageResponse, usageSummary } from "./usage.ts";
import { version } from "./version.ts";

const productParams = z.object({ product: productName });
const idParams = z.object({ id });
const modelParams = z.object({ model: text.min(1) });
const modelVersionParams = modelParams.extend({ version: text.min(1) });
const rowErrors = ["row-unknown-field", "row-wrong-type", "row-missing-field", "row-unanswered"] as const;
const modelErrors = ["product-not-found", "version-not-found", "deployment-not-found"] as const;

const inferErrors = [
  ...modelErrors,
  ...rowErrors,
  "binary-tensor-invalid",
  "extension-unsupported",
  "idempotency-mismatch",
  "prediction-conflict",
  "overloaded",
  "model-failed",
] as const;

export const routes = {
  health: {
    method: "GET",
    path: "/health",
    summary: "Whether the server is up",
    scope: null,
    response: health,
    errors: [],
  },
  metrics: {
    method: "GET",
    path: "/metrics",
    summary: "Prometheus figures",
    scope: null,
    response: z.string(),
    form: "text",
    errors: [],
  },
  openapi: {
    method: "GET",
    path: "/openapi.json",
    summary: "This document",
    scope: null,
    response: z.record(z.string(), z.json()),
    errors: [],
  },

  predict: {
    method: "POST",
    path: "/v1/products/{product}/predictions",
    summary: "Predict one row or many",
    repeat: "key",
    scope: "predict",
    params: productParams,
    body: predictRequest,
    response: predictResponse,
    errors: [
      "product-not-found",
      "deployment-not-found",
      "prediction-conflict",
      "idempotency-mismatch",
      "overloaded",
      "model-failed",
      ...rowErrors,
    ],
  },
  feedback: {
    method: "POST",
    path: "/v1/products/{product}/feedback",
    summary: "Tell a prediction's true label",
    repeat: "harmless",
    scope: "feedback",
    params: productParams,
    body: feedbackRequest,
    response: feedbackResponse,
    errors: ["product-not-found", "prediction-not-found", "invalid-label"],
  },
  predictions: {
    method: "GET",
    path: "/v1/predictions",
    summary: "Stored predictions, newest first; of an invoice line with `invoiceLine`",
    scope: "read",
    query: predictionQuery,
    response: page(predictionRecord),
    errors: ["product-not-found", "invoice-line-not-found"],
  },
  prediction: {
    method: "GET",
    path: "/v1/predictions/{id}",
    summary: "One stored prediction",
    scope: "read",
    params: idParams,
    response: predictionRecord,
    errors: ["prediction-not-found"],
  },

  products: {
    method: "GET",
    path: "/v1/products",
    summary: "The organisation's products",
    scope: "read",
    query: pageQuery("name"),
    response: page(product),
    errors: [],
  },
  product: {
    method: "GET",
    path: "/v1/products/{product}",
    summary: "One product",
    scope: "read",
    params: productParams,
    response: product,
    errors: ["product-not-found"],
  },
  versions: {
    method: "GET",
    path: "/v1/products/{product}/versions",
    summary: "A product's model versions, newest first",
    scope: "read",
    params: productParams,
    query: pageQuery("number"),
    response: page(version),
    errors: ["product-not-found"],
  },
  deployment: {
    method: "GET",
    path: "/v1/products/{product}/deployment",
    summary: "What answers predictions now",
    scope: "read",
    params: productParams,
    response: deployment,
    errors: ["product-not-found", "deployment-not-found"],
  },
  experiment: {
    method: "GET",
    path: "/v1/products/{product}/experiment",
    summary: "The deployment's variants compared by their cost",
    scope: "read",
    params: productParams,
    response: experiment,
    errors: ["product-not-found", "deployment-not-found"],
  },

  runs: {
    method: "GET",
    path: "/v1/runs",
    summary: "Pipeline runs, newest first",
    scope: "read",
    query: pageQuery("instant").extend({ product: productName.optional() }),
    response: page(runSummary),
    errors: [],
  },
  run: {
    method: "GET",
    path: "/v1/runs/{id}",
    summary: "One run with its stages and curves",
    scope: "read",
    params: idParams,
    response: run,
    errors: ["run-not-found"],
  },
  runEvents: {
    method: "GET",
    path: "/v1/runs/{id}/events",
    summary: "A run's events from `after` on, then live until it ends (server-sent events, id = seq)",
    scope: "read",
    params: idParams,
    query: z.object({ after: seqQuery("`seq` of the last event that is known") }),
    response: runEvent,
    form: "events",
    errors: ["run-not-found"],
  },

  sendUsage: {
    method: "POST",
    path: "/v1/usage/events",
    summary: "Report usage as CloudEvents 1.0; the same source and id count once",
    repeat: "harmless",
    scope: "admin",
    body: usageRequest,
    response: usageResponse,
    errors: ["product-not-found", "version-not-found"],
  },
  usage: {
    method: "GET",
    path: "/v1/usage",
    summary: "What was used, by product, version and day",
    scope: "read",
    query: usageQuery,
    response: usageSummary,
    errors: [],
  },
  invoices: {
    method: "GET",
    path: "/v1/invoices",
    summary: "The organisation's invoices, newest first",
    scope: "read",
    query: pageQuery("instant"),
    response: page(invoice),
    errors: [],
  },
  createInvoice: {
    method: "POST",
    path: "/v1/invoices",
    summary: "Make, or bring up to date, a month's invoice",
    repeat: "harmless",
    scope: "admin",
    body: createInvoiceRequest,
    response: invoice,
    status: 201,
    errors: ["invalid-period", "currency-ambiguous", "price-missing", "amount-too-large"],
  },
  invoice: {
    method: "GET",
    path: "/v1/invoices/{id}",
    summary: "One invoice with its lines",
    scope: "read",
    params: idParams,
    response: invoice,
    errors: ["invoice-not-found"],
  },

  keys: {
    method: "GET",
    path: "/v1/keys",
    summary: "API keys, without secrets",
    scope: "admin",
    query: pageQuery("instant"),
    response: page(key),
    errors: [],
  },
  createKey: {
    method: "POST",
    path: "/v1/keys",
    summary: "Make an API key; its secret is shown this once",
    scope: "admin",
    body: createKeyRequest,
    response: createdKey,
    status: 201,
    errors: [],
  },
  revokeKey: {
    method: "DELETE",
    path: "/v1/keys/{id}",
    summary: "Revoke an API key at once",
    repeat: "harmless",
    scope: "admin",
    params: idParams,
    response: key,
    errors: ["key-not-found"],
  },

  inferenceServer: {
    method: "GET",
    path: "/v2",
    summary: "Open Inference Protocol: the server",
    scope: null,
    response: inferenceServer,
    errors: [],
  },
  inferenceLive: {
    method: "GET",
    path: "/v2/health/live",
    summary: "Open Inference Protocol: alive",
    scope: null,
    response: inferenceLive,
    errors: [],
  },
  inferenceReady: {
    method: "GET",
    path: "/v2/health/ready",
    summary: "Open Inference Protocol: ready",
    scope: null,
    response: inferenceReady,
    errors: [],
  },
  inferenceModel: {
    method: "GET",
    path: "/v2/models/{model}",
    summary: "Open Inference Protocol: a product's deployed model",
    scope: "predict",
    params: modelParams,
    response: inferenceModel,
    errors: modelErrors,
  },
  inferenceModelVersion: {
    method: "GET",
    path: "/v2/models/{model}/versions/{version}",
    summary: "Open Inference Protocol: one version",
    scope: "predict",
    params: modelVersionParams,
    response: inferenceModel,
    errors: modelErrors,
  },
  inferenceModelReady: {
    method: "GET",
    path: "/v2/models/{model}/ready",
    summary: "Open Inference Protocol: model ready",
    scope: "predict",
    params: modelParams,
    response: inferenceModelReady,
    errors: modelErrors,
  },
  inferenceModelVersionReady: {
    method: "GET",
    path: "/v2/models/{model}/versions/{version}/ready",
    summary: "Open Inference Protocol: version ready",
    scope: "predict",
    params: modelVersionParams,
    response: inferenceModelReady,
    errors: modelErrors,
  },
  inferenceModelConfiguration: {
    method: "GET",
    path: "/v2/models/{model}/config",
    summary: "Open Inference Protocol, model configuration: the deployed model",
    scope: "predict",
    params: modelParams,
    response: inferenceModelConfiguration,
    errors: modelErrors,
  },
  inferenceModelVersionConfiguration: {
    method: "GET",
    path: "/v2/models/{model}/versions/{version}/config",
    summary: "Open Inference Protocol, model configuration: one version",
    scope: "predict",
    params: modelVersionParams,
    response: inferenceModelConfiguration,
    errors: modelErrors,
  },
  repositoryIndex: {
    method: "POST",
    path: "/v2/repository/index",
    summary: "Open Inference Protocol, model repository: every version of every product",
    repeat: "harmless",
    scope: "predict",
    body: repositoryIndexRequest.optional(),
    response: repositoryIndex,
    errors: [],
  },
  infer: {
    method: "POST",
    path: "/v2/models/{model}/infer",
    summary: "Open Inference Protocol: infer",
    repeat: "key",
    scope: "predict",
    params: modelParams,
    body: inferRequest,
    response: inferResponse,
    errors: inferErrors,
  },
  inferVersion: {
    method: "POST",
    path: "/v2/models/{model}/versions/{version}/infer",
    summary: "Open Inference Protocol: infer with one version",
    repeat: "key",
    scope: "predict",
    params: modelVersionParams,
    body: inferRequest,
    response: inferResponse,
    errors: inferErrors,
  },

  ...publishRoutes,
} as const satisfies Record<string, Route>;

export type Routes = typeof routes;
export type RouteName = keyof Routes;

type Field<R, K extends string> = R extends { [P in K]: infer S extends z.ZodType } ? S : never;
/** What the caller gives. */
export type RouteInput<N extends RouteName> = {
  params: [Field<Routes[N], "params">] extends [never] ? undefined : z.input<Field<Routes[N], "params">>;
  query: [Field<Routes[N], "query">] extends [never] ? undefined : z.input<Field<Routes[N], "query">>;
  body: [Field<Routes[N], "body">] extends [never] ? undefined : z.input<Field<Routes[N], "body">>;
};
/** What the caller gets. */
export type RouteResponse<N extends RouteName> = z.output<Routes[N]["response"]>;
