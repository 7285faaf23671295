// GET /v1/runs/{id}
import { readRun } from "../../registry/runs.ts";
import { endpoint } from "../endpoint.ts";

export const run = endpoint("run", ({ server, principal, params }) =>
  readRun(server.store.tenant(principal.organisationId), params.id),
);
