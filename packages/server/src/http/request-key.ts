// The header Idempotency-Key: honoured where a route can, refused elsewhere, never passed over.
import type { IncomingMessage } from "node:http";
import { ApiError, idempotencyHeader, type Route } from "@lepta/api";
import type { RequestKey } from "../predicting/request-keys.ts";
import type { Principal } from "./server-context.ts";

/** A string of the draft is quoted; most clients send it bare. */
const form = /^(?:"([\x21\x23-\x5b\x5d-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255}))$/;

/** @throws ApiError invalid-request for a header that is no key. */
export function requestKey({ headers }: IncomingMessage, { keyId }: Principal): RequestKey | undefined {
  const header = headers["idempotency-key"];
  if (header === undefined) return undefined;
  const match = typeof header === "string" ? form.exec(header) : null;
  const value = match?.[1] ?? match?.[2];
  if (value !== undefined) return { kind: "header", value, keyId };
  throw refused("is 1 to 255 visible characters, bare or in quotes", "Send for example a UUID.");
}

/** @throws ApiError invalid-request where a repeat of the route would do its work again. */
export function refuseKey({ headers }: IncomingMessage, { method, path, repeat }: Route): void {
  if (repeat !== undefined || method === "GET" || headers["idempotency-key"] === undefined) return;
  throw refused(`is not taken by ${method} ${path}: a repeat would do its work again`, "Leave the header out.");
}

function refused(message: string, fix: string): ApiError {
  const path = `header/${idempotencyHeader}`;
  return new ApiError("invalid-request", `${path}: ${message}`, { errors: [{ path, message }], fix });
}
