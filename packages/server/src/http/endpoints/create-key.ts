// POST /v1/keys
import { createKey as create } from "../../accounts/keys.ts";
import { endpoint } from "../endpoint.ts";

export const createKey = endpoint("createKey", ({ server, principal, body }) =>
  create(server.store.tenant(principal.organisationId), body),
);
