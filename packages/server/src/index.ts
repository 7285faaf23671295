// The public surface of this package: one explicit list.
export { openStore, type Store, type StoreOptions } from "./db/store.ts";
export type { Tenant } from "./db/tenant.ts";
