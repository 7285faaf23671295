// GET /v2/health/live, GET /v2/health/ready
import { sql } from "drizzle-orm";
import { endpoint } from "../endpoint.ts";

export const inferenceLive = endpoint("inferenceLive", () => ({ live: true }));

export const inferenceReady = endpoint("inferenceReady", async ({ server }) => {
  await server.store.owner.sql.execute(sql`select 1`);
  return { ready: true };
});
