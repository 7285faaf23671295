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
 * Does the work with the model, which stays loaded meanwhile. Without a version it is the deployment's champion that
 * describes the model; rows go to all variants, whose inputs the predict call checks again.
 * @throws ApiError product-not-found, deployment-not-found, version-not-found; what the work threw
 */
export async function withModel<T>(
  server: ServerContext,
  { organisationId }: Principal,
  { name, version }: { name: string; version: string | undefined },
  work: (target: InferenceTarget) => Promise<T> | T,
): Promise<T> {
  const number = version === undefined ? undefined : readNumber(name, version);
  const id =
    number === undefined
      ? await championOf(server, organisationId, name)
      : (await readVersion(server.store.tenant(organisationId), { product: name, version: number })).id;
  const lease = await server.scorers.load(organisationId, id);
  try {
    return await work({ model: lease.model, version: number });
  } finally {
    lease.release();
  }
}

async function championOf(server: ServerContext, organisationId: string, name: string): Promise<string> {
  const { variants } = await server.predictor.deployment(organisationId, name);
  const champion = variants.find((variant) => variant.role === "champion") ?? variants[0];
  if (champion) return champion.model.id;
  throw new ApiError("deployment-not-found", `${name} has no variant`, { fix: "Deploy a version." });
}

function readNumber(name: string, version: string): number {
  const number = Number(version);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  throw new ApiError("version-not-found", `${name} has no version ${JSON.stringify(version)}`, {
    fix: "Versions are numbered from 1.",
  });
}
