// Who gets in: wrong keys by address, before the database; proxies; pages of other origins; OPTIONS.
import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type CreditServer, startCreditServer } from "../../testing/credit-server.ts";
import { openPgliteTestStore, type TestStore } from "../../testing/stores.ts";
import { createAuthenticator } from "../accounts/authenticate.ts";
import { startServer } from "../main/start-server.ts";
import { clientAddress } from "./client-address.ts";
import { crossOrigin } from "./cors.ts";
import { refusedKeys } from "./refused-keys.ts";

let opened: TestStore;
let server: CreditServer;
beforeAll(async () => {
  opened = await openPgliteTestStore();
  server = await startCreditServer(opened, { cors: ["https://shop.example"] });
});
afterAll(async () => {
  await server?.close();
  await opened?.remove();
});

const madeUp = () => `lepta_${randomBytes(24).toString("base64url")}`;

describe("wrong keys", () => {
  test("429 before the database is asked, and a known key goes on", async () => {
    const select = vi.spyOn(opened.store.owner.sql, "select");
    const limited = await startServer(opened.store, { port: 0, limits: { refusedKeys: { requests: 5, seconds: 60 } } });
    const get = (key: string) => fetch(`${limited.url}/v1/products`, { headers: { authorization: `Bearer ${key}` } });
    try {
      expect((await get(server.key)).status).toBe(200);
      select.mockClear();
      const statuses = await Promise.all(Array.from({ length: 40 }, async () => (await get(madeUp())).status));
      expect(statuses.filter((status) => status === 401)).toHaveLength(5);
      expect(statuses.filter((status) => status === 429)).toHaveLength(35);
      expect(select).toHaveBeenCalledTimes(5);
      const refused = await get(madeUp());
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(await refused.json()).toMatchObject({ code: "rate-limited" });
      expect((await get(server.key)).status).toBe(200);
      // Under /v2 in its own form.
      const inference = await fetch(`${limited.url}/v2/models/credit`, {
        headers: { authorization: `Bearer ${madeUp()}` },
      });
      expect([inference.status, await inference.json()]).toEqual([
        429,
        { error: expect.stringMatching("rate-limited") },
      ]);
    } finally {
      select.mockRestore();
      await limited.close();
    }
  });

  test("a right key that was not known is no wrong one", async () => {
    const limited = await startServer(opened.store, { port: 0, limits: { refusedKeys: { requests: 2, seconds: 60 } } });
    for (let i = 0; i < 4; i++) {
      const { secret } = await server.makeKey(["read"]);
      const response = await fetch(`${limited.url}/v1/products`, { headers: { authorization: `Bearer ${secret}` } });
      expect(response.status).toBe(200);
    }
    await limited.close();
  });

  test("a wrong key is remembered for a moment, one of another form is not looked up at all", async () => {
    const select = vi.spyOn(opened.store.owner.sql, "select");
    let clock = Date.now();
    const { authenticate } = createAuthenticator(opened.store, () => clock);
    const key = madeUp();
    for (let i = 0; i < 3; i++) await expect(authenticate(key)).rejects.toMatchObject({ code: "unknown-key" });
    await expect(authenticate("lepta_short")).rejects.toMatchObject({ code: "unknown-key" });
    expect(select).toHaveBeenCalledTimes(1);
    clock += 2_001;
    await expect(authenticate(key)).rejects.toMatchObject({ code: "unknown-key" });
    expect(select).toHaveBeenCalledTimes(2);
    select.mockRestore();
  });

  test("what is counted is bounded, and forgotten after its time", () => {
    let clock = 0;
    const refused = refusedKeys({ requests: 1, seconds: 10 }, () => clock);
    for (let i = 0; i < 60_000; i++) refused.count(`address ${i}`);
    expect(refused.size).toBe(50_000);
    expect(() => refused.count("address 59999")).toThrow(expect.objectContaining({ code: "rate-limited" }));
    clock = 10_000;
    refused.count("address 59999");
  });
});

describe("addresses", () => {
  const from = (remoteAddress: string, forwarded?: string) =>
    ({ socket: { remoteAddress }, headers: { "x-forwarded-for": forwarded } }) as unknown as IncomingMessage;
  test.each<[string, string[], string, string | undefined, string]>([
    ["the connection's", [], "203.0.113.7", "198.51.100.1", "203.0.113.7"],
    ["what a trusted proxy says", ["10.0.0.0/8"], "10.1.2.3", "198.51.100.1", "198.51.100.1"],
    ["what another says is nothing", ["10.0.0.0/8"], "203.0.113.7", "198.51.100.1", "203.0.113.7"],
    [
      "the first from the right that is no proxy",
      ["10.0.0.0/8"],
      "10.1.2.3",
      "1.1.1.1, 198.51.100.1, 10.9.9.9",
      "198.51.100.1",
    ],
    ["a proxy that says nothing", ["10.1.2.3"], "10.1.2.3", undefined, "10.1.2.3"],
    ["nonsense", ["10.1.2.3"], "10.1.2.3", "1.1.1.1, nonsense", "10.1.2.3"],
    ["IPv4 over IPv6", ["127.0.0.1"], "::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"],
    ["IPv6 by its network", [], "2001:db8:0:7:aaaa::1", undefined, "2001:db8:0:7"],
    ["IPv6 with a gap", [], "2001:db8::1", undefined, "2001:db8:0:0"],
    ["an IPv6 proxy", ["fd00::/8"], "fd00::2", "2001:0db8:0:7::9", "2001:db8:0:7"],
  ])("%s", (_, trusted, remote, forwarded, expected) => {
    expect(clientAddress(trusted)(from(remote, forwarded))).toBe(expected);
  });
  test.each(["proxy", "10.0.0.0/33", "10.0.0.0/", "fd00::/129"])("%s is no proxy's address", (entry) => {
    expect(() => clientAddress([entry])).toThrow(RangeError);
  });
});

describe("pages of other origins", () => {
  const ask = (headers: Record<string, string>, method = "GET", path = "/v1/products") =>
    server.send(path, undefined, { method, headers });

  test("the origin that is named may ask and read", async () => {
    const response = await ask({ origin: "https://shop.example" });
    expect(response.status).toBe(200);
    expect(response.headers.get("access-control-allow-origin")).toBe("https://shop.example");
    expect(response.headers.get("vary")).toMatch("origin");
    const failed = await ask({ origin: "https://shop.example" }, "GET", "/v1/nothing");
    expect([failed.status, failed.headers.get("access-control-allow-origin")]).toEqual([404, "https://shop.example"]);
  });

  test("a preflight needs no key and names methods and headers", async () => {
    const response = await fetch(`${server.url}/v1/products/credit/predictions`, {
      method: "OPTIONS",
      headers: {
        origin: "https://shop.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
      },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-methods")).toMatch("POST");
    expect(response.headers.get("access-control-allow-headers")).toMatch(/authorization.*idempotency-key/);
  });

  test("others may not", async () => {
    for (const origin of ["https://evil.example", "https://shop.example.evil.example", "http://shop.example", "null"]) {
      expect((await ask({ origin })).headers.get("access-control-allow-origin")).toBeNull();
      const preflight = await ask({ origin, "access-control-request-method": "POST" }, "OPTIONS");
      expect(preflight.headers.get("access-control-allow-origin")).toBeNull();
    }
  });

  test.each(["shop.example", "https://shop.example/", "https://shop.example/page"])("%s is no origin", (origin) => {
    expect(() => crossOrigin([origin])).toThrow(RangeError);
  });
});

test("OPTIONS says what is possible, of paths that are there", async () => {
  const there = await server.send("/v1/keys", undefined, { method: "OPTIONS" });
  expect([there.status, there.headers.get("allow")]).toEqual([204, "GET, HEAD, POST"]);
  expect((await server.send("/v1/nothing", undefined, { method: "OPTIONS" })).status).toBe(404);
  expect((await server.send("/v2/nothing", undefined, { method: "PUT" })).headers.get("content-type")).toBe(
    "application/json",
  );
});
