// POST /v1/products/{product}/deployment
import { deploy as put } from "../../experiments/deployment.ts";
import { endpoint } from "../endpoint.ts";

export const deploy = endpoint("deploy", ({ server, principal, params, body }) => {
  const { variants, costs = null, replaces } = body;
  const named = variants.map(({ name, ...variant }) => (name === undefined ? variant : { ...variant, name }));
  const tenant = server.store.tenant(principal.organisationId);
  return put(tenant, { product: params.product, variants: named, costs, replaces });
});
