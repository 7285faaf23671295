// GET /v1/products/{product}/experiment
import { experimentTable } from "../../experiments/experiment-table.ts";
import { endpoint } from "../endpoint.ts";

export const experiment = endpoint("experiment", ({ server, principal, params }) =>
  experimentTable(server.store.tenant(principal.organisationId), params.product),
);
