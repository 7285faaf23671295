// GET /v1/products/{product}/deployment
import { currentDeployment } from "../../experiments/deployment.ts";
import { endpoint } from "../endpoint.ts";

export const deployment = endpoint("deployment", ({ server, principal, params }) =>
  currentDeployment(server.store.tenant(principal.organisationId), params.product),
);
