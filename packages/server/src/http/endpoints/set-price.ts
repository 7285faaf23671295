// POST /v1/products/{product}/price
import { setPrice as set } from "../../metering/prices.ts";
import { endpoint } from "../endpoint.ts";

export const setPrice = endpoint("setPrice", ({ server, principal, params, body }) => {
  const { amountMicros, currency, freePerMonth = 0 } = body;
  const tenant = server.store.tenant(principal.organisationId);
  return set(tenant, { product: params.product, amountMicros, currency, freePerMonth });
});
