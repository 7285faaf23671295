// GET /v2/models/{model}[/versions/{version}][/ready]: the deployed model, or one version of it.
import { listVersions } from "../../registry/versions.ts";
import { endpoint } from "../endpoint.ts";
import { findModel } from "../inference-target.ts";
import type { Principal, ServerContext } from "../server-context.ts";
import { inputMetadata, outputMetadata } from "../tensors.ts";

export const inferenceModel = endpoint("inferenceModel", async ({ server, principal, params }) => {
  await findModel(server, principal, params.model);
  const versions = await listVersions(server.store.tenant(principal.organisationId), params.model, { limit: 500 });
  return describe(
    server,
    principal,
    params.model,
    undefined,
    versions.items.map((version) => String(version.version)),
  );
});

export const inferenceModelVersion = endpoint("inferenceModelVersion", ({ server, principal, params }) =>
  describe(server, principal, params.model, params.version, [params.version]),
);

export const inferenceModelReady = endpoint("inferenceModelReady", async ({ server, principal, params }) => {
  await findModel(server, principal, params.model);
  return { name: params.model, ready: true };
});

export const inferenceModelVersionReady = endpoint(
  "inferenceModelVersionReady",
  async ({ server, principal, params }) => {
    await findModel(server, principal, params.model, params.version);
    return { name: params.model, ready: true };
  },
);

async function describe(
  server: ServerContext,
  principal: Principal,
  name: string,
  version: string | undefined,
  versions: string[],
) {
  const { model } = await findModel(server, principal, name, version);
  return {
    name,
    versions,
    platform: "onnxruntime_onnx",
    inputs: inputMetadata(model),
    outputs: outputMetadata(model),
  };
}
