// GET /v1/keys
import { listKeys } from "../../accounts/keys.ts";
import { endpoint } from "../endpoint.ts";

export const keys = endpoint("keys", ({ server, principal, query }) =>
  listKeys(server.store.tenant(principal.organisationId), query),
);
