// The public surface of this package: one explicit list.
export { type Authenticator, type Caller, createAuthenticator, requireScope } from "./accounts/authenticate.ts";
export { createKey, listKeys, revokeKey } from "./accounts/keys.ts";
export {
  createOrganisation,
  ensureOrganisation,
  findOrganisation,
  listOrganisations,
  type Organisation,
} from "./accounts/organisations.ts";
export {
  type Grant,
  grantMetrics,
  listGrants,
  revokeGrant,
  type SharedVersion,
  sharedVersions,
} from "./cooperation/grants.ts";
export { lockHolder } from "./db/lock-file.ts";
export { openStore, type Store, type StoreOptions } from "./db/store.ts";
export type { Tenant } from "./db/tenant.ts";
export { ServerError, type ServerErrorCode, serverErrors } from "./errors.ts";
export { currentDeployment, type DeployRequest, deploy, type VariantRequest } from "./experiments/deployment.ts";
export { experimentTable } from "./experiments/experiment-table.ts";
export type { Limits } from "./http/limits.ts";
export { jsonLogger } from "./http/log.ts";
export type { JobDefinition } from "./job-definition.ts";
export { type JobOptions, type Jobs, startJobs } from "./jobs/run-jobs.ts";
export { type RunningServer, type ServerOptions, startServer } from "./main/start-server.ts";
export { closeMonths, closeMonthsJob } from "./metering/close-months.ts";
export { createInvoice, type InvoiceRequest, listInvoices, readInvoice } from "./metering/invoices.ts";
export { type NewPrice, priceAt, setPrice } from "./metering/prices.ts";
export { recordUsage, type UsageOptions } from "./metering/usage.ts";
export { type UsageFilter, usageSummary } from "./metering/usage-summary.ts";
export { type DriftReport, type DriftRequest, type FeatureDrift, inputDrift } from "./monitoring/drift.ts";
export { populationStability } from "./monitoring/psi.ts";
export { appendRunEvents, listRunEvents, watchRunEvents } from "./registry/events.ts";
export { listProducts, type NewProduct, readProduct, registerProduct } from "./registry/products.ts";
export { createRun, finishRun, listRuns, readRun } from "./registry/runs.ts";
export { type FinishedStage, findFinishedStage, recordStage, type StageRecord } from "./registry/stages.ts";
export {
  bundleDirectory,
  listVersions,
  type NewVersion,
  readVersion,
  registerVersion,
  type VersionKey,
} from "./registry/versions.ts";
