// What every route has in common: the host check, headers, methods, limits, figures, pages, streams, closing.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request as rawRequest } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { createApiClient, openApiDocument, routes, usageEvent } from "@lepta/api";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type CreditServer, startCreditServer } from "../../testing/credit-server.ts";
import { openPgliteTestStore, type TestStore } from "../../testing/stores.ts";
import { predictions } from "../db/schema.ts";
import { jsonLogger } from "../http/log.ts";
import { listInvoices } from "../metering/invoices.ts";
import { setPrice } from "../metering/prices.ts";
import { recordUsage } from "../metering/usage.ts";
import { appendRunEvents } from "../registry/events.ts";
import { createRun, finishRun } from "../registry/runs.ts";
import { startServer } from "./start-server.ts";

let opened: TestStore;
let server: CreditServer;
let pages: string;
beforeAll(async () => {
  opened = await openPgliteTestStore();
  pages = mkdtempSync(join(tmpdir(), "lepta-pages-"));
  mkdirSync(join(pages, "dist/assets"), { recursive: true });
  writeFileSync(join(pages, "secret.txt"), "secret");
  writeFileSync(join(pages, "dist/index.html"), "<title>console</title>");
  writeFileSync(join(pages, "dist/assets/app-1a2b.js"), "run()");
  symlinkSync(join(pages, "secret.txt"), join(pages, "dist/link.txt"));
  server = await startCreditServer(opened, { consoleDir: join(pages, "dist") });
});
afterAll(async () => {
  await server?.close();
  await opened?.remove();
  rmSync(pages, { recursive: true, force: true });
});

/** Sends a request as it stands: fetch would tidy up its path and Host. */
function raw(
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(server.url);
    const sent = rawRequest({ host: "127.0.0.1", port, path, method, headers }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => {
        body += chunk.toString();
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on("error", reject);
    sent.end();
  });
}

describe("host", () => {
  test.each(["localhost", "127.0.0.1:7080", "[::1]:7080", "console.localhost"])("%s is answered", async (host) => {
    expect((await raw("/health", { host })).status).toBe(200);
  });
  test.each(["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "evil.example:7080"])(
    "421 host-not-allowed: %s",
    async (host) => {
      const { status, body } = await raw("/health", { host });
      expect(status).toBe(421);
      expect(JSON.parse(body)).toMatchObject({ code: "host-not-allowed" });
    },
  );
});

describe("methods", () => {
  test("HEAD is GET without a body", async () => {
    const response = await server.send("/v1/products", undefined, { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("");
  });
  test("405 says what is possible", async () => {
    const response = await server.send("/v1/keys", undefined, { method: "PUT" });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")?.split(", ").sort()).toEqual(["GET", "HEAD", "POST"]);
    expect(await response.json()).toMatchObject({ code: "method-not-allowed" });
    expect((await server.send("/v1/products/credit/predictions", undefined, { method: "HEAD" })).status).toBe(405);
  });
  test("404 below the API is no page", async () => {
    for (const path of ["/v1/nothing", "/v1", "/v2/nothing"]) expect((await server.send(path)).status).toBe(404);
  });
});

test("every answer has the safe headers and a request id", async () => {
  for (const path of ["/health", "/", "/v1/nothing", "/v1/products"]) {
    const { headers } = await fetch(server.url + path);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get("access-control-allow-origin")).toBeNull();
  }
});

test("text that no database holds is refused", async () => {
  const event = {
    specversion: "1.0",
    source: "/test",
    type: "dev.lepta.prediction",
    data: { product: "credit", version: 1 },
  };
  for (const [path, body] of [
    ["/v1/usage/events", { ...event, id: "a\0" }],
    ["/v1/usage/events", { ...event, id: "a", source: "\ud800" }],
    ["/v1/keys", { name: "\0", scopes: ["read"] }],
    ["/v1/products?cursor=%00", undefined],
    ["/v1/predictions?cursor=%00", undefined],
    ["/v1/products/credit/versions?cursor=x", undefined],
  ] as const) {
    const response = await server.send(path, body);
    expect([path, response.status, ((await response.json()) as { code: string }).code]).toEqual([
      path,
      422,
      "invalid-request",
    ]);
  }
});

test("429 with Retry-After, by key", async () => {
  const limited = await startServer(opened.store, { port: 0, limits: { rate: { requests: 3, seconds: 60 } } });
  const get = (key: string) => fetch(`${limited.url}/v1/products`, { headers: { authorization: `Bearer ${key}` } });
  for (let i = 0; i < 3; i++) expect((await get(server.key)).status).toBe(200);
  const refused = await get(server.key);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({ code: "rate-limited" });
  expect((await get((await server.makeKey(["read"])).secret)).status).toBe(200);
  await limited.close();
});

test("/openapi.json is the route table's document", async () => {
  const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
    paths: object;
    info: { version: string };
  };
  expect(document).toEqual(
    JSON.parse(JSON.stringify(openApiDocument({ version: document.info.version, url: server.url }))),
  );
  expect(Object.keys(document.paths).length).toBe(new Set(Object.values(routes).map(({ path }) => path)).size);
});

test("/metrics counts requests, predictions and batches, and names no product", async () => {
  await server.send("/v1/products/credit/predictions", { row: server.rows[0] });
  const response = await fetch(`${server.url}/metrics`);
  const text = await response.text();
  expect(response.headers.get("content-type")).toMatch(/^text\/plain/);
  expect(text).toMatch(/lepta_predictions_total [1-9]/);
  expect(text).toMatch(/lepta_batch_size_count\{stage="write"\} [1-9]/);
  expect(text).toMatch(/lepta_queue_rows\{stage="score"\} 0/);
  expect(text).toContain('route="/v1/products/{product}/predictions",status="200"');
  expect(text).not.toContain("credit");
});

test("the typed client reads every list and noun", async () => {
  const client = createApiClient({ url: server.url, key: server.key });
  expect(await client.health()).toMatchObject({ status: "ok", database: "pglite" });
  expect((await client.products()).items.map(({ name }) => name)).toContain("credit");
  expect(await client.product("credit")).toMatchObject({ deployed: true, versionCount: 1 });
  expect((await client.versions("credit")).items).toHaveLength(1);
  expect((await client.deployment("credit")).id).toBe(server.deployment.id);
  expect((await client.experiment("credit")).variants).toHaveLength(2);
  const answer = await client.predict("credit", server.rows[0] as never, { subject: "ada" });
  expect(await client.feedback("credit", answer.id, "bad")).toBe(1);
  expect(await client.prediction(answer.id)).toMatchObject({ feedback: { label: "bad" } });
  expect((await client.predictions({ product: "credit" })).items[0]?.id).toBe(answer.id);
  expect((await client.usage({ product: "credit" })).total).toBeGreaterThan(0);
  const event = { specversion: "1.0", id: "1", source: "/mine", type: "dev.lepta.prediction" } as const;
  const sent = [{ ...event, data: { product: "credit", version: 1 } }];
  expect(await client.sendUsage(sent)).toEqual({ accepted: 1, duplicates: 0 });
  expect(await client.sendUsage(sent)).toEqual({ accepted: 0, duplicates: 1 });
  expect((await client.invoices()).items).toEqual([]);
  expect((await client.runs()).items).toEqual([]);
  const made = await client.createKey({ name: "short", scopes: ["read"] });
  const other = createApiClient({ url: server.url, key: made.secret });
  await other.products();
  await client.revokeKey(made.id);
  await expect(other.products()).rejects.toMatchObject({ code: "revoked-key", status: 401 });
  await expect(client.predict("credit", {} as never)).rejects.toMatchObject({ code: "row-missing-field" });
  await expect(client.prediction("01a20ef0-d0ab-7052-bfe9-64ecefa84c0a")).rejects.toMatchObject({
    code: "prediction-not-found",
  });
});

describe("pages", () => {
  const get = (path: string, headers: Record<string, string> = {}) => fetch(server.url + path, { headers });

  test("files by name, any other page is index.html, under a policy", async () => {
    for (const path of ["/", "/index.html", "/runs/7", "/products/credit"]) {
      const response = await get(path);
      expect(await response.text()).toBe("<title>console</title>");
      expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(response.headers.get("content-security-policy")).toMatch("script-src 'self'");
      expect(response.headers.get("cache-control")).toBe("no-cache");
    }
    const asset = await get("/assets/app-1a2b.js");
    expect(await asset.text()).toBe("run()");
    expect(asset.headers.get("cache-control")).toMatch("immutable");
    const again = await get("/assets/app-1a2b.js", { "if-none-match": asset.headers.get("etag") ?? "" });
    expect(again.status).toBe(304);
    expect((await get("/assets/missing.js")).status).toBe(404);
  });

  test.each([
    "/../secret.txt",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/assets/..%2f..%2fsecret.txt",
    "/..\\secret.txt",
    "/..%5csecret.txt",
    "/%00secret.txt",
    "/link.txt",
    "/%",
    "/.hidden",
  ])("nothing outside the folder: %s", async (path) => {
    const { status, body } = await raw(path);
    expect(body).not.toContain("secret\n");
    expect(body).not.toBe("secret");
    expect(status).toBe(404);
  });
});

test("a run's events come as they happen, and end with it", async () => {
  const run = await createRun(server.tenant, { product: "credit" });
  const message = (text: string) => ({ type: "message", stage: null, level: "info", text }) as const;
  await appendRunEvents(server.tenant, run, [message("one"), message("two")]);
  const client = createApiClient({ url: server.url, key: server.key });
  const seen: string[] = [];
  for await (const event of client.runEvents(run, { after: 1 })) {
    seen.push(event.type === "message" ? event.text : event.type);
    if (seen.length === 1) {
      await appendRunEvents(server.tenant, run, [message("three")]);
      await finishRun(server.tenant, run, "done");
    }
  }
  expect(seen).toEqual(["two", "three", "finish"]);
  const after = await server.send(`/v1/runs/${run}/events`, undefined, { headers: { "last-event-id": "3" } });
  expect(after.headers.get("content-type")).toBe("text/event-stream");
  expect(await after.text()).toMatch(/^: events\n\nid: 4\ndata: .*"finish".*\n\n$/);
  expect((await server.send("/v1/runs/01a20ef0-d0ab-7052-bfe9-64ecefa84c0a/events")).status).toBe(404);
});

describe("closing", () => {
  test("finishes what is in flight, takes nothing new, ends streams", async () => {
    const closing = await startCreditServer(opened);
    const run = await createRun(closing.tenant, { product: "credit" });
    const stream = await closing.send(`/v1/runs/${run}/events`);
    const streamed = stream.text();
    const inFlight = closing.rows.slice(0, 30).map((row) => closing.send("/v1/products/credit/predictions", { row }));
    const settled = Promise.allSettled(inFlight);
    await Promise.race(inFlight);
    await Promise.all([closing.close(), closing.close()]);
    const answers = await settled;
    // Each was answered in full or never taken: what is stored is what was answered.
    const answered = answers.filter((answer) => answer.status === "fulfilled" && answer.value.status === 200).length;
    const stored = await closing.tenant.transaction((tx) => tx.select().from(predictions));
    expect(stored.length).toBe(answered);
    expect(answered).toBeGreaterThan(0);
    expect(await streamed).toMatch(/^: events/);
    await expect(closing.send("/health")).rejects.toThrow();
  });
});

test("the log has no key, no subject, no row", async () => {
  let text = "";
  const sink = new Writable({
    write(chunk, _, done) {
      text += String(chunk);
      done();
    },
  });
  const logged = await startServer(opened.store, { port: 0, logger: jsonLogger(sink, "trace") });
  const send = (path: string, body: unknown) =>
    fetch(logged.url + path, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${server.key}` },
      body: JSON.stringify(body),
    });
  await send("/v1/products/credit/predictions", { row: server.rows[0], subject: "ada lovelace" });
  await send("/v1/products/credit/predictions", { row: { purpose: "ada's own" }, subject: "ada lovelace" });
  const made = (await (await send("/v1/keys", { name: "k", scopes: ["read"] })).json()) as { secret: string };
  await logged.close();
  expect(text).toContain("row-missing-field");
  for (const secret of [server.key, made.secret, "lovelace", "ada's own"]) expect(text).not.toContain(secret);
});

test("a listening address that is taken is an error of the system", async () => {
  const port = Number(new URL(server.url).port);
  await expect(startServer(opened.store, { port })).rejects.toMatchObject({ code: "EADDRINUSE" });
});

test("what is no HTTP at all is refused and harms nobody", async () => {
  const { port } = new URL(server.url);
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), "127.0.0.1", () => socket.end("nonsense\r\n\r\n"));
    socket.on("close", () => resolve());
    socket.resume();
  });
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
});

test("a server with jobs issues the invoices of months that are over, and stops them when it closes", async () => {
  const last = new Date(Date.now() - 40 * 86_400_000);
  await setPrice(server.tenant, { product: "credit", amountMicros: 10, currency: "USD" }, last);
  const event = usageEvent.parse({
    specversion: "1.0",
    id: "late",
    source: "/test",
    type: "dev.lepta.prediction",
    time: last.toISOString(),
    data: { product: "credit", version: 1 },
  });
  await recordUsage(server.tenant, [event]);
  const worker = await startServer(opened.store, { port: 0, jobs: true });
  try {
    await vi.waitUntil(async () => (await listInvoices(server.tenant)).items.length > 0, { timeout: 30_000 });
  } finally {
    await worker.close();
  }
  expect((await listInvoices(server.tenant)).items).toMatchObject([{ status: "issued", totalMicros: 10 }]);
}, 60_000);
