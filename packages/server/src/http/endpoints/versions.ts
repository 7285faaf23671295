// GET /v1/products/{product}/versions
import { listVersions } from "../../registry/versions.ts";
import { endpoint } from "../endpoint.ts";

export const versions = endpoint("versions", ({ server, principal, params, query }) =>
  listVersions(server.store.tenant(principal.organisationId), params.product, query),
);
