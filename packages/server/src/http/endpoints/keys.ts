// GET /v1/keys
import { listKeys } from "../../accounts/keys.ts";
import { endpoint } from "../endpoint.ts";

export const keys = endpoint("keys", async ({ server, principal }) => ({
  items: await listKeys(server.store.tenant(principal.organisationId)),
  nextCursor: null,
}));
