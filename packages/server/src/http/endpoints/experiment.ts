// GET /v1/products/{product}/experiment
import { endpoint } from "../endpoint.ts";

export const experiment = endpoint("experiment", ({ server, principal, params }) =>
  server.experiment(server.store.tenant(principal.organisationId), params.product),
);
