// GET /v2/models/{model}[/versions/{version}][/ready]: the deployed model, or one version of it.
import { listVersions } from "../../registry/versions.ts";
import type { LoadedModel } from "../../serving/scorer-pool.ts";
import { endpoint } from "../endpoint.ts";
import { withModel } from "../inference-target.ts";
import { inputMetadata, outputMetadata } from "../tensors.ts";

export const inferenceModel = endpoint("inferenceModel", async ({ server, principal, params: { model: name } }) => {
  const tenant = server.store.tenant(principal.organisationId);
  return withModel(server, principal, { name, version: undefined }, async ({ model }) => {
    const { items } = await listVersions(tenant, name, { limit: 500 });
    return describe(
      name,
      items.map(({ version }) => String(version)),
      model,
    );
  });
});

export const inferenceModelVersion = endpoint(
  "inferenceModelVersion",
  ({ server, principal, params: { model: name, version } }) =>
    withModel(server, principal, { name, version }, ({ model }) => describe(name, [version], model)),
);

export const inferenceModelReady = endpoint("inferenceModelReady", ({ server, principal, params: { model: name } }) =>
  withModel(server, principal, { name, version: undefined }, () => ({ name, ready: true })),
);

export const inferenceModelVersionReady = endpoint(
  "inferenceModelVersionReady",
  ({ server, principal, params: { model: name, version } }) =>
    withModel(server, principal, { name, version }, () => ({ name, ready: true })),
);

function describe(name: string, versions: string[], model: LoadedModel) {
  return {
    name,
    versions,
    platform: "onnxruntime_onnx",
    inputs: inputMetadata(model),
    outputs: outputMetadata(model),
  };
}
