// GET /v1/stages
import { findFinishedStage } from "../../registry/stages.ts";
import { endpoint } from "../endpoint.ts";

export const finishedStage = endpoint("finishedStage", async ({ server, principal, query }) => {
  const stage = await findFinishedStage(server.store.tenant(principal.organisationId), query);
  if (stage === undefined) return { found: null };
  const { runId, finishedAt, result } = stage;
  return { found: { run: runId, finishedAt, result } };
});
