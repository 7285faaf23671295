// The table of contents: every route of the wire, and the endpoint that answers it. A route without one does not compile.
import type { RouteName } from "@lepta/api";
import type { Endpoint } from "./endpoint.ts";
import { appendRunEvents } from "./endpoints/append-run-events.ts";
import { createInvoice } from "./endpoints/create-invoice.ts";
import { createKey } from "./endpoints/create-key.ts";
import { createRun } from "./endpoints/create-run.ts";
import { deploy } from "./endpoints/deploy.ts";
import { deployment } from "./endpoints/deployment.ts";
import { deployments } from "./endpoints/deployments.ts";
import { experiment } from "./endpoints/experiment.ts";
import { feedback } from "./endpoints/feedback.ts";
import { finishRun } from "./endpoints/finish-run.ts";
import { finishedStage } from "./endpoints/finished-stage.ts";
import { health } from "./endpoints/health.ts";
import { infer, inferVersion } from "./endpoints/infer.ts";
import {
  inferenceModelConfiguration,
  inferenceModelVersionConfiguration,
} from "./endpoints/inference-configuration.ts";
import { inferenceLive, inferenceReady } from "./endpoints/inference-health.ts";
import {
  inferenceModel,
  inferenceModelReady,
  inferenceModelVersion,
  inferenceModelVersionReady,
} from "./endpoints/inference-model.ts";
import { inferenceServer } from "./endpoints/inference-server.ts";
import { invoice } from "./endpoints/invoice.ts";
import { invoices } from "./endpoints/invoices.ts";
import { keys } from "./endpoints/keys.ts";
import { metrics } from "./endpoints/metrics.ts";
import { openapi } from "./endpoints/openapi.ts";
import { predict } from "./endpoints/predict.ts";
import { prediction } from "./endpoints/prediction.ts";
import { predictions } from "./endpoints/predictions.ts";
import { product } from "./endpoints/product.ts";
import { products } from "./endpoints/products.ts";
import { recordStage } from "./endpoints/record-stage.ts";
import { registerVersion } from "./endpoints/register-version.ts";
import { repositoryIndex } from "./endpoints/repository-index.ts";
import { revokeKey } from "./endpoints/revoke-key.ts";
import { run } from "./endpoints/run.ts";
import { runEvents } from "./endpoints/run-events.ts";
import { runs } from "./endpoints/runs.ts";
import { sendUsage } from "./endpoints/send-usage.ts";
import { setPrice } from "./endpoints/set-price.ts";
import { uploadFile } from "./endpoints/upload-file.ts";
import { usage } from "./endpoints/usage.ts";
import { versionFile, versionFiles } from "./endpoints/version-files.ts";
import { versions } from "./endpoints/versions.ts";

export const endpoints: Record<RouteName, Endpoint> = {
  health,
  metrics,
  openapi,

  predict,
  feedback,
  predictions,
  prediction,

  products,
  product,
  versions,
  deployment,
  experiment,

  runs,
  run,
  runEvents,

  sendUsage,
  usage,
  invoices,
  createInvoice,
  invoice,

  keys,
  createKey,
  revokeKey,

  inferenceServer,
  inferenceLive,
  inferenceReady,
  inferenceModel,
  inferenceModelVersion,
  inferenceModelReady,
  inferenceModelVersionReady,
  inferenceModelConfiguration,
  inferenceModelVersionConfiguration,
  repositoryIndex,
  infer,
  inferVersion,

  appendRunEvents,
  createRun,
  deploy,
  deployments,
  finishRun,
  finishedStage,
  recordStage,
  registerVersion,
  setPrice,
  uploadFile,
  versionFile,
  versionFiles,
};
