// An answer as a value, the error form of a path, and the two ways out: Hono's Response and the raw response.
import { ApiError, problemContentType, toProblem } from "@lepta/api";
import { databaseFault } from "../db/database-fault.ts";
import type { Exchange } from "./exchange.ts";

export interface Answer {
  status: number;
  headers: Record<string, string>;
  /** A stream is sent as it comes. */
  body: string | Buffer | ReadableStream<Uint8Array> | null;
}

export function jsonAnswer(status: number, body: unknown, type = "application/json"): Answer {
  return { status, headers: { "content-type": type, "cache-control": "no-store" }, body: JSON.stringify(body) };
}

/** Problem details (RFC 9457); under /v2 the Open Inference Protocol's `{ "error" }`. */
export function errorAnswer({ path }: Pick<Exchange, "path">, error: ApiError): Answer {
  const answer = isInferencePath(path)
    ? jsonAnswer(error.status, { error: inferenceMessage(error) })
    : jsonAnswer(error.status, toProblem(error), problemContentType);
  if (error.retryAfterSeconds !== undefined) answer.headers["retry-after"] = String(Math.ceil(error.retryAfterSeconds));
  if (error.status === 401) answer.headers["www-authenticate"] = 'Bearer realm="lepta"';
  return answer;
}

export function isInferencePath(path: string): boolean {
  return path === "/v2" || path.startsWith("/v2/");
}

/** The form is one string, which people read. */
const maxInferencePlaces = 10;

function inferenceMessage(error: ApiError): string {
  // The message is most often the first place's.
  const places = error.errors
    .map(({ path, message }) => `${path}: ${message}`)
    .filter((text) => text !== error.message);
  const listed = places.slice(0, maxInferencePlaces);
  const more = places.length - listed.length + error.omitted;
  if (more > 0) listed.push(`and ${more} more`);
  return [`${error.code}: ${error.message}`, ...listed, error.fix].join("; ");
}

/** What a handler threw, as what the caller may see: an unknown error says nothing of the inside. */
export function publicError(error: unknown): ApiError {
  if (error instanceof ApiError && error.status > 0) return error;
  return (
    databaseFault(error) ??
    new ApiError("internal-error", "the server failed to answer", {
      cause: error,
      fix: "Try again; if it stays, look for the request id in the server's log.",
    })
  );
}

export function toResponse(answer: Answer): Response {
  const { status, headers, body } = answer;
  return new Response(body instanceof Buffer ? new Uint8Array(body) : body, { status, headers });
}

/** For answers that do not stream. */
export function writeAnswer({ response }: Exchange, { status, headers, body }: Answer): void {
  if (response.headersSent || response.destroyed) return;
  const text = body as string | Buffer | null;
  response.writeHead(status, { ...headers, "content-length": text === null ? 0 : Buffer.byteLength(text) });
  response.end(text);
}
