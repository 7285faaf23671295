// POST /v1/products/{product}/deployment
import { deploy as put } from "../../experiments/deployment.ts";
import { endpoint } from "../endpoint.ts";

export const deploy = endpoint("deploy", async ({ server, principal, params, body }) => {
  const { variants, costs = null, replaces } = body;
  const named = variants.map(({ name, ...variant }) => (name === undefined ? variant : { ...variant, name }));
  const tenant = server.store.tenant(principal.organisationId);
  const deployment = await put(tenant, { product: params.product, variants: named, costs, replaces });
  await server.predictor.renewDeployment(principal.organisationId, params.product);
  return deployment;
});
