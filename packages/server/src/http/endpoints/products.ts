// GET /v1/products
import { listProducts } from "../../registry/products.ts";
import { endpoint } from "../endpoint.ts";

export const products = endpoint("products", ({ server, principal, query }) =>
  listProducts(server.store.tenant(principal.organisationId), query),
);
