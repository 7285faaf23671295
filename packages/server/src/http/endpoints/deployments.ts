// GET /v1/products/{product}/deployments
import { listDeployments } from "../../experiments/past-deployments.ts";
import { endpoint } from "../endpoint.ts";

export const deployments = endpoint("deployments", ({ server, principal, params, query }) =>
  listDeployments(server.store.tenant(principal.organisationId), params.product, query),
);
