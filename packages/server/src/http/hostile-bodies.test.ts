// Small bodies, large harm: whatever is sent, a few problems are listed, and the answer is short and no failure.
import { maxListed } from "@lepta/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CreditServer, startCreditServer } from "../../testing/credit-server.ts";
import { hostileBodies } from "../../testing/hostile-bodies.ts";
import { openPgliteTestStore, type TestStore } from "../../testing/stores.ts";
import { predictions } from "../db/schema.ts";

let opened: TestStore;
let server: CreditServer;
beforeAll(async () => {
  opened = await openPgliteTestStore();
  server = await startCreditServer(opened);
});
afterAll(async () => {
  await server?.close();
  await opened?.remove();
});

test("bodies just under the limit", async () => {
  for (const { name, path, body, headers } of hostileBodies(server.rows[0] ?? {})) {
    if (name === "1,000 rows that are right") continue;
    const response = await fetch(server.url + path, {
      method: "POST",
      headers: { authorization: `Bearer ${server.key}`, "content-type": "application/json", ...headers },
      body: body as BodyInit,
    });
    const text = await response.text();
    const answer = JSON.parse(text) as { errors?: unknown[]; error?: string };
    expect([name, response.status]).toEqual([
      name,
      expect.toSatisfy((status: number) => status >= 400 && status < 500),
    ]);
    expect([name, answer.errors?.length ?? 0]).toEqual([name, expect.toSatisfy((count: number) => count <= maxListed)]);
    expect([name, text.length]).toEqual([name, expect.toSatisfy((size: number) => size < 10_000)]);
  }
  expect(await server.tenant.transaction((tx) => tx.select().from(predictions))).toEqual([]);
}, 120_000);

test("long queries and headers are refused before they cost anything", async () => {
  const long = "x".repeat(10_000);
  for (const path of [`/v1/predictions?cursor=${long}`, `/v1/products/${long}`, `/v1/predictions?product=${long}`]) {
    const response = await server.send(path);
    expect(response.status).toBe(422);
    expect((await response.text()).length).toBeLessThan(3000);
  }
  expect((await server.send(`/v2/models/${long}`)).status).toBe(404);
  expect((await server.send("/v1/products", undefined, { headers: { "x-long": long.repeat(2) } })).status).toBe(431);
});
