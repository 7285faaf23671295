// Reads a JSON body: its declared type, its size, its syntax.
import type { IncomingMessage } from "node:http";
import { ApiError } from "@lepta/api";

/**
 * @param limit most bytes of the body.
 * @throws ApiError unsupported-media-type, body-too-large or malformed-json.
 */
export async function readJson(request: IncomingMessage, limit: number): Promise<unknown> {
  requireJson(request);
  return parseJson(await readBody(request, limit));
}

function requireJson(request: IncomingMessage): void {
  const type = request.headers["content-type"];
  const encoding = request.headers["content-encoding"];
  if (type === "application/json" && encoding === undefined) return;
  const essence = type?.split(";")[0]?.trim().toLowerCase();
  const charset = /;\s*charset="?([\w-]+)"?/i.exec(type ?? "")?.[1]?.toLowerCase();
  const json =
    essence === "application/json" || (essence !== undefined && /^application\/[\w.-]+\+json$/.test(essence));
  if (json && (charset === undefined || charset === "utf-8") && (encoding ?? "identity") === "identity") return;
  const what = encoding
    ? `content-encoding ${encoding}`
    : type === undefined
      ? "no content type"
      : `content type ${type}`;
  throw new ApiError("unsupported-media-type", `the body has ${what}`, {
    fix: "Send UTF-8 JSON, not compressed, with the header Content-Type: application/json.",
  });
}

function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  if (Number(request.headers["content-length"] ?? 0) > limit) return Promise.reject(tooLarge(limit));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else reject(tooLarge(limit));
    });
    request.on("end", () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    request.on("error", reject);
    // A caller that hangs up: nobody reads the answer, the error ends the handler. Every request closes in the end.
    request.on("close", () => {
      if (!request.complete) reject(new Error("the request was aborted"));
    });
  });
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** @throws ApiError malformed-json, also for bytes that are not UTF-8. */
function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(body));
  } catch (cause) {
    throw new ApiError("malformed-json", `the body is not JSON: ${cause instanceof Error ? cause.message : ""}`, {
      fix: "Send one JSON document in UTF-8.",
      cause,
    });
  }
}

function tooLarge(limit: number): ApiError {
  return new ApiError("body-too-large", `the body is larger than ${limit} bytes`, {
    fix: "Send fewer rows a request, or raise the server's body limit.",
  });
}
