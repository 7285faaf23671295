// The routes by which a pipeline, or a person, puts products into service.

import * as z from "zod";
import { deployment } from "./deployment.ts";
import { price } from "./product.ts";
import {
  createdRun,
  finishedStage,
  finishedStageQuery,
  finishRunRequest,
  newDeployment,
  newPrice,
  newRun,
  newRunEvents,
  newVersion,
  pastDeployments,
  recorded,
  stageRecord,
  upload,
  versionFiles,
  versionNumber,
} from "./publish.ts";
import type { Route } from "./route.ts";
import { runSummary } from "./run.ts";
import { id, pageQuery, productName, text } from "./scalars.ts";
import { version } from "./version.ts";

const productParams = z.object({ product: productName });
const idParams = z.object({ id });
const versionParams = productParams.extend({ version: versionNumber });

export const publishRoutes = {
  uploadFile: {
    method: "POST",
    path: "/v1/uploads",
    summary: "Send a file of a bundle, which is kept for a day until a version takes it",
    scope: "admin",
    upload: true,
    response: upload,
    status: 201,
    errors: ["store-full"],
  },
  registerVersion: {
    method: "POST",
    path: "/v1/products/{product}/versions",
    summary:
      "Make a model version of uploaded files; the first makes the product. The same bundle again is the same version",
    scope: "admin",
    params: productParams,
    body: newVersion,
    response: version,
    status: 201,
    errors: ["upload-not-found", "bundle-unusable", "run-not-found"],
  },
  versionFiles: {
    method: "GET",
    path: "/v1/products/{product}/versions/{version}/files",
    summary: "The files of a version's bundle",
    scope: "admin",
    params: versionParams,
    response: versionFiles,
    errors: ["version-not-found"],
  },
  versionFile: {
    method: "GET",
    path: "/v1/products/{product}/versions/{version}/files/{file}",
    summary: "A file of a version's bundle, its bytes as they were uploaded",
    scope: "admin",
    params: versionParams.extend({ file: text.min(1).max(100) }),
    response: z.unknown(),
    form: "bytes",
    errors: ["version-not-found", "bundle-file-not-found"],
  },
  deploy: {
    method: "POST",
    path: "/v1/products/{product}/deployment",
    summary: "Put versions into service at once, in place of what was",
    scope: "admin",
    params: productParams,
    body: newDeployment,
    response: deployment,
    errors: ["product-not-found", "version-not-found", "invalid-deployment", "deployment-changed"],
  },
  deployments: {
    method: "GET",
    path: "/v1/products/{product}/deployments",
    summary: "A product's deployments, newest first",
    scope: "read",
    params: productParams,
    query: pageQuery("instant"),
    response: pastDeployments,
    errors: ["product-not-found"],
  },
  setPrice: {
    method: "POST",
    path: "/v1/products/{product}/price",
    summary: "Set what a prediction costs from now on",
    scope: "admin",
    params: productParams,
    body: newPrice,
    response: price,
    errors: ["product-not-found", "invalid-price"],
  },
  createRun: {
    method: "POST",
    path: "/v1/runs",
    summary: "Begin a run of the pipeline",
    scope: "admin",
    body: newRun,
    response: createdRun,
    status: 201,
    errors: [],
  },
  appendRunEvents: {
    method: "POST",
    path: "/v1/runs/{id}/events",
    summary: "Add events to a run",
    scope: "admin",
    params: idParams,
    body: newRunEvents,
    response: recorded,
    errors: ["run-not-found", "run-finished"],
  },
  recordStage: {
    method: "POST",
    path: "/v1/runs/{id}/stages",
    summary: "Write a stage's state, when it starts and again when it ends",
    scope: "admin",
    params: idParams,
    body: stageRecord,
    response: recorded,
    errors: ["run-not-found", "run-finished"],
  },
  finishRun: {
    method: "POST",
    path: "/v1/runs/{id}/finish",
    summary: "End a run; stages that still run end with it",
    scope: "admin",
    params: idParams,
    body: finishRunRequest,
    response: runSummary,
    errors: ["run-not-found", "run-finished"],
  },
  finishedStage: {
    method: "GET",
    path: "/v1/stages",
    summary: "The newest finished stage of these inputs, for reuse",
    scope: "admin",
    query: finishedStageQuery,
    response: finishedStage,
    errors: [],
  },
} as const satisfies Record<string, Route>;
