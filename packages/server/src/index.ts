// The public surface of this package: one explicit list.
export { type Authenticator, type Caller, createAuthenticator, requireScope } from "./accounts/authenticate.ts";
export { createKey, listKeys, revokeKey } from "./accounts/keys.ts";
export {
  createOrganisation,
  findOrganisation,
  listOrganisations,
  type Organisation,
} from "./accounts/organisations.ts";
export { lockHolder } from "./db/lock-file.ts";
export { openStore, type Store, type StoreOptions } from "./db/store.ts";
export type { Tenant } from "./db/tenant.ts";
export { currentDeployment, type DeployRequest, deploy, type VariantRequest } from "./experiments/deployment.ts";
export { experimentTable } from "./experiments/experiment-table.ts";
export type { Limits } from "./http/limits.ts";
export { jsonLogger } from "./http/log.ts";
export { type RunningServer, type ServerOptions, startServer } from "./http/start-server.ts";
export { setPrice } from "./metering/prices.ts";
export { appendRunEvents } from "./registry/events.ts";
export { registerProduct } from "./registry/products.ts";
export { createRun, finishRun } from "./registry/runs.ts";
export { findFinishedStage, recordStage } from "./registry/stages.ts";
export { registerVersion } from "./registry/versions.ts";
