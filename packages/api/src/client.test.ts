// The client against a fake fetch: requests built from the table, answers checked, errors with code and fix.
import { describe, expect, test } from "vitest";
import { call } from "./call.ts";
import { createApiClient } from "./client.ts";
import { ApiError } from "./errors.ts";
import { problemContentType, toProblem } from "./problem.ts";

const id = "0b6ce1cc-6f3f-4b9f-9d7e-7d3b6c3f1a11";
const prediction = {
  id,
  product: "credit",
  model: { id, name: "network", version: 2 },
  variant: "challenger",
  outcome: { kind: "class", label: "bad", probability: 0.7, probabilities: { good: 0.3, bad: 0.7 } },
  at: "2026-11-24T12:00:00.000Z",
};

function fake(answer: () => Response) {
  const seen: { url: string; init: RequestInit }[] = [];
  const fetch = async (url: unknown, init: unknown) => {
    seen.push({ url: String(url), init: init as RequestInit });
    return answer();
  };
  const client = createApiClient({ url: "http://host/", key: "lepta_x", fetch: fetch as typeof globalThis.fetch });
  return { client, seen };
}

describe("a call", () => {
  test("is built from the route table", async () => {
    const { client, seen } = fake(() => Response.json(prediction));
    const answer = await client.predict("credit", { age: 3 }, { subject: "s" });
    expect(answer.outcome).toMatchObject({ kind: "class", label: "bad" });
    expect(seen[0]?.url).toBe("http://host/v1/products/credit/predictions");
    expect(seen[0]?.init.method).toBe("POST");
    expect(seen[0]?.init.headers).toMatchObject({ authorization: "Bearer lepta_x" });
    expect(JSON.parse(String(seen[0]?.init.body))).toEqual({ row: { age: 3 }, subject: "s" });
  });

  test("carries an idempotency key where a call may be sent again, and not in its body", async () => {
    const { client, seen } = fake(() => Response.json(prediction));
    await client.predict("credit", { age: 3 }, { idempotencyKey: "order-7" });
    await client.predict("credit", { age: 3 });
    expect(seen[0]?.init.headers).toMatchObject({ "idempotency-key": "order-7" });
    expect(JSON.parse(String(seen[0]?.init.body))).toEqual({ row: { age: 3 } });
    expect(seen[1]?.init.headers).not.toHaveProperty("idempotency-key");
    const many = fake(() => Response.json({ predictions: [prediction] }));
    await many.client.predictMany("credit", [{ row: { age: 3 } }], { idempotencyKey: "order-8" });
    const told = fake(() => Response.json({ recorded: 1 }));
    await told.client.feedback("credit", id, "bad", { idempotencyKey: "order-9" });
    const keys = [many, told].map(({ seen: [one] }) => new Headers(one?.init.headers).get("idempotency-key"));
    expect(keys).toEqual(["order-8", "order-9"]);
  });

  test("escapes path and query", async () => {
    const { client, seen } = fake(() => Response.json({ items: [], nextCursor: null }));
    await client.predictions({ product: "credit", limit: 2, cursor: "a b" });
    expect(seen[0]?.url).toBe("http://host/v1/predictions?product=credit&limit=2&cursor=a+b");
  });

  test("throws the server's code, status and fix", async () => {
    const error = new ApiError("rate-limited", "slow down", { fix: "wait" });
    const { client } = fake(
      () =>
        new Response(JSON.stringify(toProblem(error)), {
          status: 429,
          headers: { "content-type": problemContentType, "retry-after": "3" },
        }),
    );
    await expect(client.products()).rejects.toMatchObject({
      code: "rate-limited",
      status: 429,
      fix: "wait",
      message: "slow down",
      retryAfterSeconds: 3,
    });
  });

  test("throws unexpected-response for an answer of another shape", async () => {
    const { client } = fake(() => Response.json({ hello: 1 }));
    await expect(client.products()).rejects.toMatchObject({ code: "unexpected-response" });
    const page = fake(() => new Response("<html>", { status: 502 }));
    await expect(page.client.products()).rejects.toMatchObject({ code: "unexpected-response", status: 502 });
  });

  test("a body that breaks off is no answer; one that the caller gave up is told as that", async () => {
    const cut = (end: (controller: ReadableStreamDefaultController) => void) =>
      new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(new TextEncoder().encode('{"items":['));
            end(controller);
          },
        }),
      );
    const { client } = fake(() => cut((controller) => controller.error(new TypeError("terminated"))));
    await expect(client.products()).rejects.toMatchObject({ code: "server-unreachable" });
    const { signal } = { signal: AbortSignal.timeout(10) };
    const connection = {
      url: "http://host",
      fetch: async () => cut((controller) => signal.addEventListener("abort", () => controller.error(signal.reason))),
    };
    await expect(call(connection, "health", {}, { signal })).rejects.toMatchObject({ name: "TimeoutError" });
  });

  test("throws server-unreachable when nothing answers", async () => {
    const client = createApiClient({ url: "http://127.0.0.1:1" });
    await expect(client.health()).rejects.toMatchObject({ code: "server-unreachable", status: 0 });
  });
});

test("run events are read from a stream cut at any byte", async () => {
  const events = [
    { seq: 1, at: prediction.at, type: "stage", stage: "train", status: "running" },
    { seq: 2, at: prediction.at, type: "message", stage: null, level: "info", text: "Ωmega\r\nline" },
    { seq: 3, at: prediction.at, type: "finish", status: "done" },
  ];
  const text = `: hello\n\n${events.map((e) => `id: ${e.seq}\ndata: ${JSON.stringify(e)}\n\n`).join("")}`;
  const bytes = new TextEncoder().encode(text);
  const { client, seen } = fake(
    () =>
      new Response(
        new ReadableStream({
          start(controller) {
            for (let i = 0; i < bytes.length; i += 7) controller.enqueue(bytes.slice(i, i + 7));
            controller.close();
          },
        }),
      ),
  );
  const got = [];
  for await (const event of client.runEvents(id, { after: 0 })) got.push(event);
  expect(got).toEqual(events);
  expect(seen[0]?.url).toBe(`http://host/v1/runs/${id}/events?after=0`);
});
