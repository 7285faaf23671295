// GET /v1/runs
import { listRuns } from "../../registry/runs.ts";
import { endpoint } from "../endpoint.ts";

export const runs = endpoint("runs", ({ server, principal, query }) =>
  listRuns(server.store.tenant(principal.organisationId), query),
);
