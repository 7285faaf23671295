// POST /v1/products/{product}/versions
import { publishVersion } from "../../registry/publish-version.ts";
import { endpoint } from "../endpoint.ts";

export const registerVersion = endpoint("registerVersion", ({ server, principal, params, body }) =>
  publishVersion(server.store, server.store.tenant(principal.organisationId), { product: params.product, ...body }),
);
