// API keys: what may be shown, and the secret exactly once.
import * as z from "zod";
import { id, text, time } from "./scalars.ts";

export const scope = z.enum(["predict", "feedback", "read", "admin"]);
export type Scope = z.infer<typeof scope>;

export const key = z
  .object({
    id,
    name: z.string(),
    prefix: z.string().meta({ description: "The key's first characters, to recognise it by" }),
    scopes: z.array(scope),
    own: z.boolean().meta({ description: "What is used with it is the organisation's own: counted, never billed" }),
    createdAt: time,
    lastUsedAt: time.nullable().meta({ description: "To the minute" }),
    revokedAt: time.nullable(),
  })
  .meta({ id: "Key" });
export type Key = z.infer<typeof key>;

export const createdKey = key
  .extend({ secret: z.string().meta({ description: "Shown this once; only its hash is stored" }) })
  .meta({ id: "CreatedKey" });
export type CreatedKey = z.infer<typeof createdKey>;

export const createKeyRequest = z.strictObject({
  name: text.min(1).max(100),
  scopes: z.array(scope).min(1),
  own: z
    .boolean()
    .default(false)
    .meta({ description: "For tests and pipelines of your own: what is used with it is counted, never billed" }),
});
