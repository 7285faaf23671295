// The error form of every route outside /v2: problem details (RFC 9457) with our code and the fix.
import * as z from "zod";
import { type ApiError, apiErrors } from "./errors.ts";

export const fieldProblem = z
  .object({ path: z.string(), message: z.string(), code: z.string().optional() })
  .meta({ id: "FieldProblem" });

export const problem = z
  .object({
    type: z.string().meta({ description: "Address of the code's page" }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().meta({ description: "Stable; match on this" }),
    fix: z.string().meta({ description: "What to do about it" }),
    errors: z.array(fieldProblem).optional().meta({ description: "The first places that are wrong" }),
    omitted: z.int().positive().optional().meta({
      description: "Problems beside those listed; there may be more, since checking stops after a thousand",
    }),
  })
  .meta({ id: "Problem" });
export type Problem = z.infer<typeof problem>;

export const problemContentType = "application/problem+json";
/** Base of a problem's `type`; the code follows. */
export const errorPageBase = "https://lepta.dev/errors/";

/** The problem document for an error. The cause never leaves the server. */
export function toProblem(error: ApiError): Problem {
  return {
    type: errorPageBase + error.code,
    title: apiErrors[error.code],
    status: error.status,
    detail: error.message,
    code: error.code,
    fix: error.fix,
    ...(error.errors.length > 0 ? { errors: error.errors.map((e) => ({ ...e })) } : {}),
    ...(error.omitted > 0 ? { omitted: error.omitted } : {}),
  };
}
