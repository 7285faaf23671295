// GET /v1/products/{product}
import { readProduct } from "../../registry/products.ts";
import { endpoint } from "../endpoint.ts";

export const product = endpoint("product", ({ server, principal, params }) =>
  readProduct(server.store.tenant(principal.organisationId), params.product),
);
