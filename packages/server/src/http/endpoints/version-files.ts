// GET /v1/products/{product}/versions/{version}/files, and …/files/{file}: a bundle as it was published.
import { openAsBlob } from "node:fs";
import { listVersionFiles, versionFilePath } from "../../registry/versions.ts";
import { endpoint } from "../endpoint.ts";

export const versionFiles = endpoint("versionFiles", async ({ server, principal, params }) => ({
  files: await listVersionFiles(server.store.tenant(principal.organisationId), params),
}));

export const versionFile = endpoint("versionFile", async ({ server, principal, params: { file, ...key } }) => {
  const path = await versionFilePath(server.store, server.store.tenant(principal.organisationId), key, file);
  return (await openAsBlob(path)).stream();
});
