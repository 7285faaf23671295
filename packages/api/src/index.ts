// The public surface of this package: one explicit list.
export { type CallInput, type CallOptions, type Connection, call, type RepeatOptions } from "./call.ts";
export {
  type AnyProducts,
  type ApiClient,
  createApiClient,
  type OutcomeOfLabel,
  type PageOptions,
  type PredictionOf,
  type PredictOptions,
  type ProductTypes,
} from "./client.ts";
export {
  type CostMatrix,
  costMatrix,
  type Deployment,
  deployment,
  type Experiment,
  type ExperimentVariant,
  experiment,
  experimentVariant,
  type Variant,
  type VariantRole,
  variant,
  variantRole,
} from "./deployment.ts";
export {
  ApiError,
  type ApiErrorCode,
  type ApiErrorDetails,
  apiErrorStatus,
  apiErrors,
  type FieldProblem,
  isApiErrorCode,
  maxListed,
} from "./errors.ts";
export { readEventStream, type ServerEvent } from "./event-stream.ts";
export { type Health, health } from "./health.ts";
export {
  type InferenceDatatype,
  type InferRequest,
  type InferResponse,
  inferenceDatatype,
  inferenceError,
  inferenceLive,
  inferenceModel,
  inferenceModelConfiguration,
  inferenceModelReady,
  inferenceReady,
  inferenceServer,
  inferenceTensor,
  inferRequest,
  inferResponse,
  repositoryIndex,
  repositoryIndexRequest,
} from "./inference.ts";
export { createInvoiceRequest, type Invoice, type InvoiceLine, invoice, invoiceLine, period } from "./invoice.ts";
export { type CreatedKey, createdKey, createKeyRequest, type Key, key, type Scope, scope } from "./key.ts";
export { type Metric, type MetricTitle, metric, metricTitle } from "./metric.ts";
export { openApiDocument } from "./openapi.ts";
export {
  type Label,
  label,
  type Outcome,
  type OutcomeForm,
  type OutcomeFormOf,
  type OutcomeKind,
  type OutcomeOf,
  outcome,
  outcomeForm,
} from "./outcome.ts";
export {
  type Decision,
  decision,
  type FeedbackItem,
  feedbackItem,
  feedbackRequest,
  feedbackResponse,
  type Prediction,
  type PredictionRecord,
  type PredictionTruth,
  prediction,
  predictionQuery,
  predictionRecord,
  predictionTruth,
  predictMany,
  predictOne,
  predictRequest,
  predictResponse,
  type Row,
  row,
  rowValue,
} from "./prediction.ts";
export { errorPageBase, type Problem, problem, problemContentType, toProblem } from "./problem.ts";
export { type Price, type Product, price, product } from "./product.ts";
export {
  createClient,
  type DeclaredColumns,
  type DeclaredProduct,
  type ProductLabel,
  type ProductRow,
  type RowOf,
  type ValueOf,
} from "./product-client.ts";
export type {
  NewDeployment,
  NewPrice,
  NewRunEvents,
  NewVersion,
  PastDeployment,
  StageRecord,
  Upload,
  VersionFiles,
} from "./publish.ts";
export { idempotencyHeader, type ResponseForm, type Route } from "./route.ts";
export { bodyErrors, keyErrors, routeErrors } from "./route-errors.ts";
export { type RouteInput, type RouteName, type RouteResponse, type Routes, routes } from "./routes.ts";
export {
  type Curve,
  curve,
  type Headline,
  headline,
  type NewRunEvent,
  type Run,
  type RunEvent,
  type RunStatus,
  type RunSummary,
  run,
  runEvent,
  runStatus,
  runSummary,
  type Stage,
  type StageStatus,
  stage,
  stageStatus,
} from "./run.ts";
export { runName } from "./run-name.ts";
export { type Interval, interval, type Page, page, pageQuery, productName } from "./scalars.ts";
export {
  type UsageEvent,
  type UsageEventInput,
  type UsageSummary,
  usageEvent,
  usageLine,
  usageQuery,
  usageRequest,
  usageResponse,
  usageSummary,
} from "./usage.ts";
export {
  confusion,
  type Trivial,
  trivial,
  type Version,
  type VersionReference,
  version,
  versionReference,
} from "./version.ts";
