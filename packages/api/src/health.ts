// The server's own state.
import * as z from "zod";

export const health = z
  .object({
    status: z.enum(["ok", "degraded"]),
    version: z.string(),
    database: z.enum(["pglite", "postgresql"]),
    uptimeSeconds: z.number(),
  })
  .meta({ id: "Health" });
export type Health = z.infer<typeof health>;
