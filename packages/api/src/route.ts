// What a route of the API is: the contract that routes.ts lists entries of.
import type * as z from "zod";
import type { ApiErrorCode } from "./errors.ts";
import type { Scope } from "./key.ts";

/** `json`: one document. `events`: a stream of server-sent events, each `data` one `response` document. `bytes`: a file. */
export type ResponseForm = "json" | "events" | "text" | "bytes";

export const idempotencyHeader = "Idempotency-Key";

export interface Route {
  method: "GET" | "POST" | "DELETE";
  /** Parameters in braces, each a key of `params`. */
  path: string;
  summary: string;
  /** null: no API key needed. */
  scope: Scope | null;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** The body is a file's bytes, as they are. */
  upload?: true;
  response: z.ZodType;
  /**
   * What a repeat does. `key`: under the header Idempotency-Key it answers the same and counts once. `harmless`: nothing
   * that the first call did not do, with or without the header. Absent, of all but GET: the header is refused.
   */
  repeat?: "key" | "harmless";
  /** Default json. */
  form?: ResponseForm;
  /** Success status. Default 200. */
  status?: 200 | 201;
  /** Codes beside those that its kind of route can answer (see route-errors.ts). */
  errors: readonly ApiErrorCode[];
}
