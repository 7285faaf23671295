// Holds an answer of the server to what /openapi.json says of its route: status, form, every field.
import { isDeepStrictEqual } from "node:util";
import { apiErrorStatus, inferenceError, problem, type Route, routeErrors, routes } from "@lepta/api";
import type { z } from "zod";

/** @throws Error where the answer is not what the route's schema says. */
export async function checkAnswer(method: string, path: string, response: Response): Promise<void> {
  const place = path.split("?")[0] as string;
  const route = Object.values<Route>(routes).find(
    (one) => one.method === method && new RegExp(`^${one.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(place),
  );
  if (!route || (route.form ?? "json") !== "json") return;
  // Node refuses headers that are too long by itself, before there is a request.
  if (response.status === 431) return;
  const type = response.headers.get("content-type") ?? "";
  if (type === "application/octet-stream") return;
  const said = `${method} ${path} answered ${response.status}`;
  const body: unknown = await response.clone().json();
  if (response.ok) {
    if (response.status !== (route.status ?? 200)) throw new Error(`${said}, not ${route.status ?? 200}`);
    hold(route.response, body, said);
    return;
  }
  const statuses = new Set<number>(routeErrors(route).map((code) => apiErrorStatus[code]));
  if (!statuses.has(response.status)) throw new Error(`${said}, which the document does not name`);
  hold(route.path.startsWith("/v2") ? inferenceError : problem, body, said);
}

/** Fields that the schema does not name are left out of what it reads: the two are then not equal. */
function hold(schema: z.ZodType, body: unknown, said: string): void {
  const read = schema.safeParse(body);
  if (!read.success) throw new Error(`${said}: ${read.error.message}`);
  if (!isDeepStrictEqual(read.data, body)) throw new Error(`${said} with fields that its schema does not name`);
}
