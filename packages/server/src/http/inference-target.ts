// Open Inference Protocol names to models: {model} is the product, {version} its version's number.
import { ApiError } from "@lepta/api";
import { readVersion } from "../registry/versions.ts";
import type { LoadedModel } from "../serving/scorer-pool.ts";
import type { Principal, ServerContext } from "./server-context.ts";

export interface InferenceTarget {
  model: LoadedModel;
  /** undefined: the deployment decides, row by row. */
  version: number | undefined;
}

/**
 * Without a version it is the deployment's champion that describes the model; rows go to all variants, whose inputs
 * the predict call checks again.
 * @throws ApiError product-not-found, deployment-not-found, version-not-found
 */
export async function findModel(
  server: ServerContext,
  { organisationId }: Principal,
  name: string,
  version?: string,
): Promise<InferenceTarget> {
  if (version === undefined) {
    const { variants } = await server.predictor.deployment(organisationId, name);
    const champion = variants.find((variant) => variant.role === "champion") ?? variants[0];
    if (champion) return { model: await server.scorers.load(organisationId, champion.model.id), version: undefined };
  }
  const number = Number(version);
  if (!Number.isSafeInteger(number) || number < 1) {
    throw new ApiError("version-not-found", `${name} has no version ${JSON.stringify(version)}`, {
      fix: "Versions are numbered from 1.",
    });
  }
  const { id } = await readVersion(server.store.tenant(organisationId), { product: name, version: number });
  return { model: await server.scorers.load(organisationId, id), version: number };
}
