// A request that is sent again counts once, in both protocols: by the header Idempotency-Key, by the id of /v2.
import { randomUUID } from "node:crypto";
import { createApiClient } from "@lepta/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CreditServer, startCreditServer } from "../../../testing/credit-server.ts";
import { describeStores, type TestStore } from "../../../testing/stores.ts";
import { predictions, usageEvents } from "../../db/schema.ts";
import { startServer } from "../../main/start-server.ts";

describeStores("repeats", (open) => {
  let opened: TestStore;
  let server: CreditServer;
  beforeAll(async () => {
    opened = await open();
    server = await startCreditServer(opened);
  });
  afterAll(async () => {
    await server?.close();
    await opened?.remove();
  });

  const v1 = "/v1/products/credit/predictions";
  const v2 = "/v2/models/credit/infer";
  const stored = () =>
    server.tenant.transaction(async (tx) => [
      (await tx.select().from(predictions)).length,
      (await tx.select().from(usageEvents)).length,
    ]);
  const tensors = (rows: readonly Record<string, unknown>[]) =>
    Object.keys(rows[0] ?? {}).map((name) => ({
      name,
      shape: [rows.length],
      datatype: typeof rows[0]?.[name] === "string" ? "BYTES" : "FP64",
      data: rows.map((row) => row[name]),
    }));
  async function send(path: string, body: unknown, key?: string, url = server.url, secret = server.key) {
    const response = await fetch(url + path, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${secret}`,
        ...(key === undefined ? {} : { "idempotency-key": key }),
      },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }
  /** How many predictions and usage events the work added. */
  async function added(work: () => Promise<unknown>): Promise<number[]> {
    const before = await stored();
    await work();
    return (await stored()).map((count, i) => count - (before[i] ?? 0));
  }

  test("the typed client's idempotencyKey: the same answers, counted once", async () => {
    const client = createApiClient({ url: server.url, key: server.key });
    const [row, other] = server.rows as Record<string, string>[];
    const idempotencyKey = randomUUID();
    const first = await client.predict("credit", row!, { idempotencyKey });
    const repeat = async (): Promise<void> => {
      expect(await client.predict("credit", row!, { idempotencyKey })).toEqual(first);
    };
    expect(await added(repeat)).toEqual([0, 0]);
    await expect(client.predict("credit", other!, { idempotencyKey })).rejects.toMatchObject({
      code: "idempotency-mismatch",
    });
    const again = { idempotencyKey: randomUUID() };
    const rows = [{ row: row! }, { row: other! }];
    expect(await client.predictMany("credit", rows, again)).toEqual(await client.predictMany("credit", rows, again));
    expect(await client.feedback("credit", first.id, "bad", again)).toBe(1);
    expect(await client.feedback("credit", first.id, "bad", again)).toBe(0);
    expect(await client.feedbackMany("credit", [{ prediction: first.id, label: "bad" }], again)).toBe(0);
  });

  test.each([
    ["/v1, one row", v1, () => ({ row: server.rows[0] }), 1],
    ["/v1, three rows, two of them equal", v1, () => ({ rows: [0, 1, 0].map((i) => ({ row: server.rows[i] })) }), 3],
    ["/v2", v2, () => ({ inputs: tensors(server.rows.slice(0, 3)) }), 3],
    ["/v2, by version", "/v2/models/credit/versions/1/infer", () => ({ inputs: tensors(server.rows.slice(0, 2)) }), 2],
  ])("Idempotency-Key, %s", async (_, path, body, rows) => {
    const key = randomUUID();
    const answers: unknown[] = [];
    expect(
      await added(async () => {
        for (let i = 0; i < 3; i++) answers.push(await send(path, body(), i === 1 ? `"${key}"` : key));
      }),
    ).toEqual([rows, rows]);
    expect(answers[0]).toMatchObject({ status: 200 });
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  test("the id of /v2, sent again, at once, and after a restart", async () => {
    const body = { id: `call ${randomUUID()}`, inputs: tensors(server.rows.slice(0, 4)) };
    const answers: unknown[] = [];
    expect(
      await added(async () => {
        answers.push(...(await Promise.all(Array.from({ length: 12 }, () => send(v2, body)))));
        const again = await startServer(opened.store, { port: 0 });
        answers.push(await send(v2, body, undefined, again.url));
        await again.close();
      }),
    ).toEqual([4, 4]);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toMatchObject({ status: 200, body: { id: body.id } });
  });

  test("without a key, and under an empty id, each request counts", async () => {
    const body = { inputs: tensors([server.rows[0] as Record<string, unknown>]) };
    expect(await added(async () => [await send(v2, body), await send(v2, { ...body, id: "" })])).toEqual([2, 2]);
  });

  test("422 idempotency-mismatch: the key with another request writes nothing", async () => {
    const key = randomUUID();
    const rows = [0, 1].map((i) => ({ row: server.rows[i] }));
    await send(v1, { rows }, key);
    const others = [
      { rows: [...rows].reverse() },
      { rows: [...rows, { row: server.rows[2] }] },
      { rows: rows.slice(0, 1) },
      { row: server.rows[0] },
      { rows: rows.map((one) => ({ ...one, subject: "ada" })) },
    ];
    expect(
      await added(async () => {
        for (const other of others)
          expect(await send(v1, other, key)).toMatchObject({ status: 422, body: { code: "idempotency-mismatch" } });
        const { status, body } = await send(v2, { inputs: tensors(server.rows.slice(1, 3)) }, key);
        expect([status, body.error]).toEqual([422, expect.stringMatching("idempotency-mismatch")]);
        const byVersion = "/v2/models/credit/versions/1/infer";
        expect((await send(byVersion, { inputs: tensors(server.rows.slice(0, 2)) }, key)).status).toBe(422);
      }),
    ).toEqual([0, 0]);
    // The order of the fields is no other request, and neither is the protocol.
    const turned = rows.map(({ row }) => ({ row: Object.fromEntries(Object.entries(row ?? {}).reverse()) }));
    expect(await added(() => send(v1, { rows: turned }, key))).toEqual([0, 0]);
    expect(await added(() => send(v2, { inputs: tensors(server.rows.slice(0, 2)) }, key))).toEqual([0, 0]);
  });

  test("different requests at once under one key: one is answered", async () => {
    const key = randomUUID();
    const bodies = [0, 1, 2, 3].map((i) => ({ row: server.rows[i] }));
    let statuses: number[] = [];
    expect(
      await added(async () => {
        statuses = (await Promise.all(bodies.map((body) => send(v1, body, key)))).map(({ status }) => status);
      }),
    ).toEqual([1, 1]);
    expect(statuses.sort()).toEqual([200, 422, 422, 422]);
  });

  test("a refused request leaves its key free; another API key's callers have keys of their own", async () => {
    const key = randomUUID();
    expect((await send(v1, { row: { age: 1 } }, key)).status).toBe(422);
    expect(await added(() => send(v1, { row: server.rows[0] }, key))).toEqual([1, 1]);
    const { secret } = await server.makeKey(["predict"]);
    expect(await added(() => send(v1, { row: server.rows[1] }, key, server.url, secret))).toEqual([1, 1]);
  });

  test("422: what is no key, and routes whose repeat would do its work again", async () => {
    for (const key of [" ", "x".repeat(256), '"open', "naïve"])
      expect((await send(v1, { row: server.rows[0] }, key)).status).toBe(422);
    expect(await send("/v1/keys", { name: "k", scopes: ["read"] }, "a")).toMatchObject({
      status: 422,
      body: { code: "invalid-request", errors: [{ path: "header/Idempotency-Key" }] },
    });
    expect((await send("/v1/invoices", {}, "a")).status).not.toBe(422);
  });
});
