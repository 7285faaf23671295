// POST /v1/runs/{id}/finish
import { finishRun as finish, readRun } from "../../registry/runs.ts";
import { endpoint } from "../endpoint.ts";

export const finishRun = endpoint("finishRun", async ({ server, principal, params, body: { status } }) => {
  const tenant = server.store.tenant(principal.organisationId);
  await finish(tenant, params.id, status);
  const { stages: _, curves: __, lastEvent: ___, ...summary } = await readRun(tenant, params.id);
  return summary;
});
