// Every table, for queries and for the migrations.

export { invoiceLines, invoices } from "./schema/billing.ts";
export { deployments, variants } from "./schema/deployments.ts";
export { grants } from "./schema/grants.ts";
export { apiKeys, organisations } from "./schema/organisations.ts";
export { feedback, predictions } from "./schema/predictions.ts";
export { prices, products } from "./schema/products.ts";
export { requestKeys } from "./schema/request-keys.ts";
export { runEvents, runStages, runs } from "./schema/runs.ts";
export { appRole, lepta } from "./schema/tenancy.ts";
export { experimentGroups, experimentSums, experimentUnits } from "./schema/unit-sums.ts";
export { usageEvents, usageHours } from "./schema/usage.ts";
export { type BundleFile, modelVersions } from "./schema/versions.ts";
