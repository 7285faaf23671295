// GET /health: the process answers; whether the store does, its status says (/v2/health/ready refuses then).
import { endpoint } from "../endpoint.ts";
import { requireStore } from "../store-answers.ts";

export const health = endpoint("health", async ({ server }) => ({
  status: await requireStore(server.store).then(
    () => "ok" as const,
    () => "degraded" as const,
  ),
  version: server.version,
  database: server.store.kind,
  uptimeSeconds: Math.round((performance.now() - server.startedAt) / 1000),
}));
