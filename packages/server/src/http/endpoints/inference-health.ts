// GET /v2/health/live, GET /v2/health/ready
import { endpoint } from "../endpoint.ts";
import { requireStore } from "../store-answers.ts";

export const inferenceLive = endpoint("inferenceLive", () => ({ live: true }));

export const inferenceReady = endpoint("inferenceReady", async ({ server }) => {
  await requireStore(server.store);
  return { ready: true };
});
