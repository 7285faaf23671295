// Every route of the table, by status: without a key, with one of too small a scope, of what is not there, with a body
// that is none, by another method. Each answer is one that the document names.
import { randomUUID } from "node:crypto";
import { type Route, routes } from "@lepta/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkAnswer } from "../../testing/check-answer.ts";
import { type CreditServer, startCreditServer } from "../../testing/credit-server.ts";
import { openPgliteTestStore, type TestStore } from "../../testing/stores.ts";

let opened: TestStore;
let server: CreditServer;
const keys: Partial<Record<"predict" | "read", string>> = {};
beforeAll(async () => {
  opened = await openPgliteTestStore();
  server = await startCreditServer(opened);
  for (const scope of ["predict", "read"] as const) keys[scope] = (await server.makeKey([scope])).secret;
});
afterAll(async () => {
  await server?.close();
  await opened?.remove();
});

/** What stands in a path for what is not there. */
const absent: Readonly<Record<string, string>> = { id: randomUUID(), version: "9999", hash: "0".repeat(64) };
const pathOf = ({ path }: Route): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => absent[name] ?? "nothing-there");

interface Asked {
  readonly key?: string | undefined;
  readonly method?: string;
  readonly body?: string;
}

async function ask(route: Route, { key, method = route.method, body }: Asked): Promise<Response> {
  const path = pathOf(route);
  const controller = new AbortController();
  const response = await fetch(server.url + path, {
    method,
    signal: controller.signal,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { "content-type": route.upload ? "application/octet-stream" : "application/json" }),
    },
    ...(body === undefined ? {} : { body }),
  });
  if (method === route.method) await checkAnswer(method, path, response);
  // A stream of events goes on: its status is what is asked for.
  if ((route.form ?? "json") === "events") controller.abort();
  return response;
}

const table = Object.entries<Route>(routes).map(([name, route]) => ({ name, route }));
const guarded = table.filter(({ route }) => route.scope !== null);
const withParams = guarded.filter(({ route }) => route.path.includes("{"));
const withBody = guarded.filter(({ route }) => route.body !== undefined);

describe.each(guarded)("$name", ({ route }) => {
  test("without a key: 401; with a key of another scope: 403", async () => {
    const body = route.method === "POST" ? { body: "{}" } : {};
    expect((await ask(route, body)).status).toBe(401);
    const other = route.scope === "predict" ? keys.read : keys.predict;
    expect((await ask(route, { ...body, key: other })).status).toBe(403);
  });
});

describe.each(table.filter(({ route }) => route.scope === null))("$name", ({ route }) => {
  test("needs no key", async () => {
    expect((await ask(route, {})).status).toBe(route.status ?? 200);
  });
});

describe.each(withParams.filter(({ route }) => route.method !== "POST"))("$name", ({ route }) => {
  test("of what is not there: a status of the client's that the document names", async () => {
    const { status } = await ask(route, { key: server.key });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  });
});

describe.each(withBody)("$name", ({ route }) => {
  test.each([
    ["not JSON", "{"],
    ["another form", '{"nothing":[1]}'],
    ["a list", "[]"],
  ])("%s is refused where the route's schema does not take it", async (_, body) => {
    const { status } = await ask(route, { key: server.key, body });
    const taken = body !== "{" && route.body?.safeParse(JSON.parse(body)).success;
    expect(taken ? [route.status ?? 200] : [400, 404, 422]).toContain(status);
  });
});

test.each(table)("$name by another method: 405, and which methods there are", async ({ route }) => {
  const methods = new Set(
    table.filter((one) => one.route.path === route.path).map((one) => one.route.method as string),
  );
  const response = await ask(route, { key: server.key, method: "PATCH" });
  expect(response.status).toBe(405);
  const allowed = (response.headers.get("allow") ?? "").split(/, */);
  for (const method of methods) expect(allowed).toContain(method);
});
