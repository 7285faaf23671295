// GET /health: the process answers, and so does the store.
import { sql } from "drizzle-orm";
import { endpoint } from "../endpoint.ts";

export const health = endpoint("health", async ({ server }) => ({
  status: await storeAnswers(server.store.owner.sql.execute(sql`select 1`)),
  version: server.version,
  database: server.store.kind,
  uptimeSeconds: Math.round((performance.now() - server.startedAt) / 1000),
}));

/** A store that does not answer in two seconds is not well; the server says so rather than wait with it. */
async function storeAnswers(query: Promise<unknown>): Promise<"ok" | "degraded"> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"degraded">((resolve) => {
    timer = setTimeout(resolve, 2_000, "degraded");
  });
  try {
    return await Promise.race([query.then(() => "ok" as const), late]);
  } catch {
    return "degraded";
  } finally {
    clearTimeout(timer);
  }
}
