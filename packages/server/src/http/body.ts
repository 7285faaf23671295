// Reads a body: its declared type, its size, its compression, its syntax.
import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gunzip, inflate } from "node:zlib";
import { ApiError } from "@lepta/api";
import { parseJsonText } from "./json-text.ts";

const inflaters = { gzip: promisify(gunzip), "x-gzip": promisify(gunzip), deflate: promisify(inflate) } as const;

/**
 * @param limit most bytes of the body, as sent and as inflated.
 * @returns undefined for no body at all.
 * @throws ApiError unsupported-media-type, body-too-large or malformed-json.
 */
export async function readJson(request: IncomingMessage, limit: number): Promise<unknown> {
  requireJson(request);
  return parseJson(await readBytes(request, limit));
}

/** @throws ApiError unsupported-media-type */
export function requireJson(request: IncomingMessage): void {
  const type = request.headers["content-type"];
  if (type === "application/json") return;
  // No type and no body: what a route may do without is not declared either.
  if (!type && isEmpty(request)) return;
  const essence = essenceOf(type);
  const charset = /;\s*charset="?([\w-]+)"?/i.exec(type ?? "")?.[1]?.toLowerCase();
  const json =
    essence === "application/json" || (essence !== undefined && /^application\/[\w.-]+\+json$/.test(essence));
  if (json && (charset === undefined || charset === "utf-8")) return;
  throw new ApiError(
    "unsupported-media-type",
    `the body has ${type === undefined ? "no content type" : `content type ${type}`}`,
    {
      fix: "Send UTF-8 JSON with the header Content-Type: application/json.",
    },
  );
}

export function essenceOf(type: string | undefined): string | undefined {
  return type?.split(";")[0]?.trim().toLowerCase();
}

function isEmpty({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] === undefined && Number(headers["content-length"] ?? 0) === 0;
}

/** The body's bytes, inflated. @throws ApiError unsupported-media-type, body-too-large, malformed-json */
export async function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  const encoding = request.headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if (encoding === "identity") return readBody(request, limit);
  if (!Object.hasOwn(inflaters, encoding)) {
    throw new ApiError("unsupported-media-type", `the body has content-encoding ${encoding}`, {
      fix: "Send it as it is, or compressed with gzip or deflate.",
    });
  }
  const compressed = await readBody(request, limit);
  try {
    return await inflaters[encoding as keyof typeof inflaters](compressed, { maxOutputLength: limit });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(limit);
    throw new ApiError("malformed-json", `the body is not ${encoding}, as its Content-Encoding says`, {
      fix: "Compress the whole body once, or leave Content-Encoding out.",
      cause,
    });
  }
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

/** @returns undefined for no bytes. @throws ApiError malformed-json, also for bytes that are not UTF-8; invalid-request */
export async function parseJson(body: Buffer): Promise<unknown> {
  if (body.length === 0) return undefined;
  try {
    return await parseJsonText(utf8.decode(body));
  } catch (cause) {
    if (cause instanceof ApiError) throw cause;
    throw new ApiError("malformed-json", `the body is not JSON: ${cause instanceof Error ? cause.message : ""}`, {
      fix: "Send one JSON document in UTF-8.",
      cause,
    });
  }
}

function tooLarge(limit: number): ApiError {
  return new ApiError("body-too-large", `the body is larger than ${limit} bytes`, {
    fix: "Send fewer rows a request.",
  });
}
